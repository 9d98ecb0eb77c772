import type { Sql } from '../../../service/src/db/database.ts';
import { loseAttempts } from '../../../service/src/jobs/queries/loseAttempts.ts';
import { timeOutAttempts } from '../../../service/src/jobs/queries/timeOutAttempts.ts';

/** Puts the end of a lease into the past, by the clock that counts. */
export async function endLease(sql: Sql, attemptId: number): Promise<void> {
  await sql`update attempts set lease_expires_at = now() - interval '1 second' where id = ${attemptId}`;
}

/** Puts the end of an Attempt's time so far into the past that no Runner is believed any more. */
export async function endTime(sql: Sql, attemptId: number): Promise<void> {
  await sql`update attempts set deadline_at = now() - interval '1 day' where id = ${attemptId}`;
}

/** What the janitor does in one round, without its patience: it ends what is overdue. Returns the Attempts it ended. */
export async function janitorRound(sql: Sql): Promise<number[]> {
  const lost = await loseAttempts(sql, { cause: 'leaseExpired', seenAt: 'now' });
  const patience = { seenAt: 'now', slackMs: 60_000, handInMs: 3_600_000, upForMs: 7_200_000 };
  const late = await timeOutAttempts(sql, patience);
  return [...lost, ...late].map(({ attemptId }) => attemptId);
}
