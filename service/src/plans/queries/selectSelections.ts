import type { Sql } from '../../db/database.ts';

/** A Job whose Patch a reviewer has left files of out. */
export interface PartlyIncluded {
  readonly jobId: number;
  readonly repositoryId: number;
  readonly baseTree: string;
  readonly resultTree: string;
  /** Shown paths. */
  readonly leftOut: readonly string[];
}

/** The Jobs of an Execution whose Patches are to be published in part. */
export async function selectSelections(sql: Sql, executionId: number): Promise<PartlyIncluded[]> {
  const rows = await sql<
    { job_id: string; repository_id: string; base_tree: string; result_tree: string; left_out: string[] }[]
  >`
    select jobs.id as job_id, repository_id, base_tree, result_tree, jsonb_agg(path order by path) as left_out
      from jobs join attempts on attempts.id = jobs.current_attempt_id
      join review_selections on review_selections.job_id = jobs.id and path <> '' and not included
     where execution_id = ${executionId} and jobs.state = 'succeeded' and result_tree is not null
       and not exists (select from review_selections as whole
                        where whole.job_id = jobs.id and whole.path = '' and not whole.included)
     group by jobs.id, attempts.id order by jobs.id`;
  return rows.map((row) => ({
    jobId: Number(row.job_id),
    repositoryId: Number(row.repository_id),
    baseTree: row.base_tree,
    resultTree: row.result_tree,
    leftOut: row.left_out,
  }));
}
