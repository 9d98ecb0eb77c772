import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Sql } from '../../db/database.ts';
import { liveAttemptStates } from '../liveStates.ts';

export interface AttemptBase {
  readonly repositoryId: number;
  readonly baseRevision: string;
  readonly runnerId: string;
  readonly logLength: number;
  readonly patchLength: number;
}

/** What a live Attempt works on. Undefined when the caller does not hold it. */
export async function selectBase(sql: Sql, lease: LeaseRef): Promise<AttemptBase | undefined> {
  const [row] = await sql<
    { repository_id: string; base_revision: string; runner_id: string; log_end: string; patch_end: string }[]
  >`
    select repository_id, base_revision, runner_id, log_end, patch_end
      from attempts join jobs on jobs.id = attempts.job_id
     where attempts.id = ${lease.attemptId} and lease_token = ${lease.leaseToken}
       and attempts.state in ${liveAttemptStates(sql)}`;
  return row === undefined
    ? undefined
    : {
        repositoryId: Number(row.repository_id),
        baseRevision: row.base_revision,
        runnerId: row.runner_id,
        logLength: Number(row.log_end),
        patchLength: Number(row.patch_end),
      };
}
