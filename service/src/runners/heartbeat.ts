import type { HeartbeatAnswer, HeartbeatInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import { renewLeases } from './queries/renewLeases.ts';
import { touchRunner } from './queries/touchRunner.ts';

/** A Runner's sign of life: renews its leases and learns which Attempts to cancel and which are no longer its own. */
export async function heartbeat(
  { sql, config }: { readonly sql: Sql; readonly config: Config },
  runnerId: string,
  beat: HeartbeatInput,
): Promise<HeartbeatAnswer> {
  const [renewed, drain] = await Promise.all([
    renewLeases(sql, beat.attempts, config.leaseMs),
    touchRunner(sql, runnerId, beat),
  ]);
  const live = new Set(renewed.map((lease) => lease.attemptId));
  return {
    drain,
    cancel: renewed.filter((lease) => lease.cancelRequested).map((lease) => lease.attemptId),
    fenced: beat.attempts.map((lease) => lease.attemptId).filter((attemptId) => !live.has(attemptId)),
  };
}
