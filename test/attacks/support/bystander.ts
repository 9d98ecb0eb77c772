/**
 * A user who calls all the while, as a process of its own, so that what an attack costs the test does not count. Started
 * by {@link startBystander} with an address and a token; answers each message `report` with what its calls were like
 * since the one before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flotilla/shared/errors';
import { connectUser } from '../../../scripts/launch/serviceClient.ts';

/** What a bystander's calls were like. */
export interface CallReport {
  /** How many were answered. */
  readonly answered: number;
  /** The longest, in milliseconds, one that has no answer yet included. */
  readonly longestMs: number;
  /** What the refused ones were refused with. */
  readonly refusals: readonly string[];
}

/** Between two calls, in milliseconds. */
const pauseMs = 20;

const [url = '', token = ''] = process.argv.slice(2);
const { api } = connectUser(url, token);
let answered = 0;
let longestMs = 0;
let refusals: string[] = [];
let askedAt: number | undefined;

process.on('message', () => {
  if (askedAt !== undefined) longestMs = Math.max(longestMs, performance.now() - askedAt);
  const report: CallReport = { answered, longestMs, refusals };
  process.send?.(report);
  answered = 0;
  longestMs = 0;
  refusals = [];
});
process.on('disconnect', () => process.exit());

for (;;) {
  askedAt = performance.now();
  try {
    // It asks the database too, so what holds that up is seen as well.
    await api.server.info.query();
    answered += 1;
  } catch (error) {
    refusals.push(messageOf(error));
  }
  longestMs = Math.max(longestMs, performance.now() - askedAt);
  askedAt = undefined;
  await delay(pauseMs);
}
