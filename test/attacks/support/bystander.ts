/**
 * A user who calls all the while, as a process of its own, so that what an attack costs the test does not count. Started
 * by {@link startBystander} with an address, a token and the service's process; answers each message `report` with what its
 * calls were like since the one before, and `answered` with how many were answered in all.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flotilla/shared/errors';
import { connectUser } from '../../../scripts/launch/serviceClient.ts';
import { processorWaitMs } from '../../support/processorWaitMs.ts';

/** What a bystander's calls were like. */
export interface CallReport {
  /** How many were answered. */
  readonly answered: number;
  /**
   * The longest, in milliseconds, one that has no answer yet included, less what the service and the bystander waited for a
   * processor meanwhile: the machine may have others to serve.
   */
  readonly longestMs: number;
  /** What the refused ones were refused with. */
  readonly refusals: readonly string[];
}

/** Between two calls, in milliseconds. */
const pauseMs = 40;

const [url = '', token = '', servicePid = ''] = process.argv.slice(2);
const { api } = connectUser(url, token);
let answeredInAll = 0;
let answered = 0;
let longestMs = 0;
let refusals: string[] = [];
/** Of the call that is under way, how long it has taken. */
let takenMs: (() => number) | undefined;

process.on('message', (question: 'report' | 'answered') => {
  if (question === 'answered') {
    process.send?.(answeredInAll);
    return;
  }
  if (takenMs !== undefined) longestMs = Math.max(longestMs, takenMs());
  process.send?.({ answered, longestMs, refusals } satisfies CallReport);
  answered = 0;
  longestMs = 0;
  refusals = [];
});
process.on('disconnect', () => process.exit());

for (;;) {
  takenMs = stopwatch();
  try {
    // It asks the database too, so what holds that up is seen as well.
    await api.server.info.query();
    answered += 1;
    answeredInAll += 1;
  } catch (error) {
    refusals.push(messageOf(error));
  }
  longestMs = Math.max(longestMs, takenMs());
  takenMs = undefined;
  await delay(pauseMs);
}

/** Milliseconds from now on in which the service and this process did not wait for a processor. */
function stopwatch(): () => number {
  const now = () => performance.now() - processorWaitMs(Number(servicePid)) - processorWaitMs('self');
  const startedMs = now();
  return () => now() - startedMs;
}
