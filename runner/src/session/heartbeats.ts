import { sleep } from '@flotilla/launcher/sleep';
import { messageOf } from '@flotilla/shared/errors';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { HeartbeatAnswer } from '@flotilla/shared/protocol/runnerMessages';
import type { Logger } from 'pino';
import type { Health } from './health.ts';
import type { HeldAttempts } from './heldAttempts.ts';
import type { Hellos } from './hellos.ts';
import type { Life } from './life.ts';
import { refusalOf } from './serviceClient.ts';
import { withTimeout } from './waits.ts';

/** Between two looks for the first answer, which says how often hearts beat. */
const standardMs = 1000;

export interface HeartbeatOptions {
  readonly hellos: Hellos;
  readonly attempts: HeldAttempts;
  readonly life: Life;
  readonly health: Health;
  readonly logger: Logger;
  /** A person's word whether to drain, at each answer. */
  readonly onDrain: (isAsked: boolean) => void;
}

/**
 * Gives the service signs of life from the first answered hello to the end of the session, whether there is a connection or
 * not, and does what the answers say: which Attempts are cancelled, and which are the runner's no more.
 */
export async function sendHeartbeats(options: HeartbeatOptions): Promise<void> {
  const { hellos, attempts, life, logger, onDrain } = options;
  while (await sleep(hellos.answer?.intervals.heartbeatMs ?? standardMs, life.ended)) {
    if (hellos.answer === undefined) continue;
    try {
      const answer = await withTimeout(beat(options, attempts.refs), hellos.patienceMs);
      onDrain(answer.drain);
      attempts.cancel(answer.cancel);
      for (const attemptId of answer.fenced) await fence(options, attemptId);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal?.code === 'UNAUTHORIZED') life.refuse(refusal.message);
      else logger.warn({ reason: messageOf(error) }, 'a heartbeat was not answered');
    }
  }
}

function beat(
  { hellos, life, health }: HeartbeatOptions,
  attempts: readonly LeaseRef[],
): Promise<HeartbeatAnswer> {
  // A lease does not wait for an engine that does not answer: this heartbeat says what the last look saw.
  void health.look();
  return hellos.service.heartbeat(attempts, life.drained.aborted, health.problem);
}

/** A heartbeat may cross a hello that rotates the token, and an Attempt may be claimed or ended meanwhile. */
async function fence(options: HeartbeatOptions, attemptId: number): Promise<void> {
  const lease = options.attempts.get(attemptId);
  if (lease === undefined) return;
  const token = lease.token;
  const answer = await beat(options, [{ attemptId, leaseToken: token }]);
  if (answer.fenced.includes(attemptId) && !(await lease.wasRenewed(token))) lease.stop('fenced');
}
