import { FlotillaError } from '@flotilla/shared/errors';
import type { HelloAnswer, HelloInput } from '@flotilla/shared/protocol/runnerMessages';
import { maxPatchBytes } from '@flotilla/shared/protocol/streams';
import { commonVersion, runnerProtocol } from '@flotilla/shared/protocol/version';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import type { EndsContext } from '../jobs/announceEnds.ts';
import { loseWithProcess } from '../jobs/loseWithProcess.ts';
import { registerRunner } from './queries/registerRunner.ts';
import { rotateLeases } from './queries/rotateLeases.ts';

/**
 * A Runner connects, for the first time or again. It learns which of its Attempts are still its own and gets new
 * lease tokens for them. When its process is another one than before, the Attempts that the old one took with it are
 * lost now, not when their leases end.
 */
export async function hello(
  context: EndsContext & { readonly sql: Sql; readonly config: Config },
  tokenId: number,
  input: HelloInput,
): Promise<HelloAnswer> {
  const { sql, hints, config } = context;
  const protocol = commonVersion(runnerProtocol, input.protocol);
  if (protocol === undefined) {
    throw new FlotillaError(
      'protocol.incompatible',
      `This runner speaks protocol ${input.protocol.min} to ${input.protocol.max}, the service ${runnerProtocol.min} to ${runnerProtocol.max}. Update the older of the two.`,
    );
  }
  const { runnerId, sameInstance } = await registerRunner(sql, tokenId, input);
  const { leaseMs } = config;
  const keep = await rotateLeases(sql, { runnerId, sameInstance, attempts: input.attempts, leaseMs });
  const kept = new Set(keep.map((lease) => lease.attemptId));
  if (!sameInstance) {
    await loseWithProcess(context, runnerId, [...kept]);
  }
  hints.publish('changes');
  return {
    runnerId,
    protocol,
    intervals: {
      heartbeatMs: config.heartbeatMs,
      leaseMs,
      pollMs: config.claimPollMs,
      stopGraceMs: config.stopGraceMs,
    },
    limits: { logBytes: config.logLimitBytes, patchBytes: maxPatchBytes },
    keep,
    drop: input.attempts.map((lease) => lease.attemptId).filter((attemptId) => !kept.has(attemptId)),
  };
}
