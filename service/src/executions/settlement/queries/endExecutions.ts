import type { Fragment } from 'postgres';
import type { Sql } from '../../../db/database.ts';
import { changedNow } from '../../../db/changedNow.ts';
import { liveJobStates } from '../../../jobs/liveStates.ts';
import { askingForWork } from '../../../work/askForWork.ts';
import { settlementName } from '../settlementName.ts';

export interface EndedExecutions {
  /** How many ended by this statement. */
  readonly ended: number;
  /** Those that were changed by somebody else meanwhile: they have to be looked at again. */
  readonly changed: readonly number[];
}

/**
 * Marks the end of those of some Executions whose Jobs have all ended, and asks for its settlement: one auto-commit
 * statement, so that both happen, once, or nothing. `which` is a condition on rows of `executions`. What makes an Execution live again changes its row in the same statement (see rerunJobs): where the row
 * is another one when it is locked than when the Jobs were looked at, nothing is marked. It locks rows of `executions` first,
 * those of `work` then.
 */
export async function endExecutions(sql: Sql, which: Fragment): Promise<EndedExecutions> {
  const owed = sql`
    select ${settlementName}, id::text, jsonb_build_object('executionId', id, 'end', end_number), now() from ended`;
  const rows = await sql<{ id: string; ended: boolean }[]>`
    with over as materialized (
      select id, changed_xid from executions
       where ${which} and ended_at is null and resolved_at is not null
         and not exists (select from jobs where execution_id = executions.id and state in ${liveJobStates(sql)})
       order by id),
    ended as (
      update executions
         set ended_at = coalesce((select max(jobs.ended_at) from jobs where execution_id = executions.id), now()),
             end_number = end_number + 1, ${changedNow(sql)}
        from over
       where executions.id = over.id and executions.changed_xid = over.changed_xid
         and executions.ended_at is null
      returning executions.id, end_number),
    asked as (${askingForWork(sql, owed)})
    select id, id in (select id from ended) as ended from over`;
  return {
    ended: rows.filter(({ ended }) => ended).length,
    changed: rows.filter(({ ended }) => !ended).map(({ id }) => Number(id)),
  };
}
