import { randomUUID } from 'node:crypto';
import { sleep } from '@flotilla/launcher/sleep';
import { messageOf } from '@flotilla/shared/errors';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { HelloAnswer } from '@flotilla/shared/protocol/runnerMessages';
import type { Logger } from 'pino';
import type { Health } from './health.ts';
import type { Hellos } from './hellos.ts';
import type { Life } from './life.ts';
import type { OddJob } from './readAnswer.ts';
import { refusalOf } from './serviceClient.ts';
import { jittered, whenAborted, withTimeout } from './waits.ts';
import type { WakeUp } from './wakeUp.ts';

/** A bound for a wait for room, in milliseconds. */
const waitMs = 30_000;
/** Between two looks whether a problem is over. */
const problemPollMs = 5000;

export interface ClaimLoopOptions {
  readonly hellos: Hellos;
  readonly life: Life;
  readonly health: Health;
  readonly logger: Logger;
  /** How many Jobs may be claimed now. */
  readonly room: () => number;
  /** Woken when there may be room, or something to claim. */
  readonly wakeUp: WakeUp;
  /** Takes a Job that was claimed, with the answer to the hello before; the same one may come again. */
  readonly onClaimed: (job: ClaimedJob, hello: HelloAnswer) => void;
  /** Takes a Job that was claimed and cannot be run here; the same one may come again. */
  readonly onOdd: (job: OddJob) => void;
}

/** Claims Jobs while the session works and there is room, until none will be claimed any more. */
export async function claimJobs(options: ClaimLoopOptions): Promise<void> {
  const { hellos, life, health, logger, room, wakeUp, onClaimed, onOdd } = options;
  const drained = whenAborted(life.drained);
  const stopped = whenAborted(life.stopped);
  let claimKey: string = randomUUID();
  while (!life.drained.aborted) {
    const hello = await Promise.race([hellos.met(), drained]);
    if (hello === undefined) return;
    if (life.mode !== 'working' || room() <= 0) {
      await wakeUp.wait(waitMs, life.drained);
      continue;
    }
    if ((await health.look()) !== null) {
      await sleep(problemPollMs, life.drained);
      continue;
    }
    const free = room();
    // Both may be otherwise after the look.
    if (life.mode !== 'working' || free <= 0) continue;
    try {
      const claimed = withTimeout(hellos.service.claim(claimKey, free), hellos.patienceMs);
      const answer = await Promise.race([claimed, stopped]);
      if (answer === undefined) return;
      claimKey = randomUUID();
      for (const job of answer.jobs) onClaimed(job, hello);
      for (const job of answer.odd) onOdd(job);
      if (answer.jobs.length === 0) await wakeUp.wait(jittered(hello.intervals.pollMs), life.drained);
    } catch (error) {
      // The same key is asked again: if the claim was committed, its Attempts are answered.
      const refusal = refusalOf(error);
      if (refusal?.code === 'UNAUTHORIZED') life.refuse(refusal.message);
      logger.warn({ reason: messageOf(error) }, 'a claim was not answered; asking again');
      await sleep(jittered(hello.intervals.pollMs), life.drained);
    }
  }
}
