import type { ProgressInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../../db/database.ts';
import { changedNow } from '../../db/changedNow.ts';
import { liveAttemptStates } from '../liveStates.ts';

/**
 * Stores how far an Attempt is. The first report starts it, and with it the time that its Job may take. Returns false
 * when the caller is fenced.
 */
export async function reportProgress(sql: Sql, report: ProgressInput): Promise<boolean> {
  const rows = await sql`
    update attempts
       set steps = ${sql.json(report.steps)}, phases = ${sql.json(report.phases)}, state = 'running',
           deadline_at = case when state = 'claimed' then now() + make_interval(secs => timeout_seconds)
                              else deadline_at end,
           ${changedNow(sql)}
     where id = ${report.attemptId} and lease_token = ${report.leaseToken} and state in ${liveAttemptStates(sql)}
    returning id`;
  return rows.length > 0;
}
