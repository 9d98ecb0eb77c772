import type { Sql } from '../../db/database.ts';

/** Branches that Changesets have in these repositories, each as repository and full name. */
export async function takenBranches(
  sql: Sql,
  repositoryIds: readonly number[],
): Promise<ReadonlySet<string>> {
  const rows = await sql<{ repository_id: string; branch: string }[]>`
    select repository_id, branch from changesets
     where repository_id in (select value::bigint from jsonb_array_elements_text(${sql.json([...repositoryIds])}))
       and detached_at is null`;
  return new Set(rows.map((row) => branchKey(Number(row.repository_id), row.branch)));
}

/** A branch of a repository as a text. */
export function branchKey(repositoryId: number, branch: string): string {
  return `${repositoryId} ${branch}`;
}
