import type { Sql } from '../../../service/src/db/database.ts';
import { announceEnds } from '../../../service/src/jobs/announceEnds.ts';
import { loseAttempts } from '../../../service/src/jobs/queries/loseAttempts.ts';
import { timeOutAttempts } from '../../../service/src/jobs/queries/timeOutAttempts.ts';
import type { Service } from '../../../service/src/service.ts';

/** Puts the end of a lease into the past, by the clock that counts. */
export async function endLease(sql: Sql, attemptId: number): Promise<void> {
  await sql`update attempts set lease_expires_at = now() - interval '1 second' where id = ${attemptId}`;
}

/** Puts the end of an Attempt's time so far into the past that no Runner is believed any more. */
export async function endTime(sql: Sql, attemptId: number): Promise<void> {
  await sql`update attempts set deadline_at = now() - interval '1 day' where id = ${attemptId}`;
}

/** What the janitor does in one round, without its patience: it ends what is overdue. Returns the Attempts it ended. */
export async function janitorRound(service: Service): Promise<number[]> {
  const { sql } = service;
  const lost = await loseAttempts(sql, { cause: 'leaseExpired', seenAt: 'now' });
  const patience = { seenAt: 'now', slackMs: 60_000, handInMs: 3_600_000, upForMs: 7_200_000 };
  const ended = [...lost, ...(await timeOutAttempts(sql, patience))];
  announceEnds(service, ended);
  return ended.map(({ attemptId }) => attemptId);
}
