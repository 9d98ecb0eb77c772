import type { Target } from '@flotilla/shared/target/target';
import type { Fragment } from 'postgres';
import type { Sql } from '../db/database.ts';

/** The columns of a {@link Target}, as they are in a row, of a statement that joins {@link targetTables}. */
export function targetColumns(sql: Sql): Fragment {
  return sql`
    code_hosts.id::float8 as "codeHostId", code_hosts.name as "codeHost", repositories.id::float8 as "repositoryId",
    repositories.name as repository, jobs.base_ref as "baseRef", jobs.base_revision as "baseRevision", jobs.directory`;
}

/** What a statement over `jobs` joins to say their Targets. */
export function targetTables(sql: Sql): Fragment {
  return sql`
      join repositories on repositories.id = jobs.repository_id
      join code_hosts on code_hosts.id = repositories.code_host_id`;
}

/** The Target in a row that has its columns among others. */
export function targetOf(row: Target): Target {
  const { codeHostId, codeHost, repositoryId, repository, baseRef, baseRevision, directory } = row;
  return { codeHostId, codeHost, repositoryId, repository, baseRef, baseRevision, directory };
}
