import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { connectRunner, type TestRunner } from '../../test/support/testRunner.ts';
import { runnerToken } from '../../test/support/tokens.ts';
import type { LocalService } from './localService.ts';
import { openQueue } from './queuedJobs.ts';

/** Attempts that live until the end, with whoever writes their logs. */
export interface LiveAttempts extends AsyncDisposable {
  readonly runner: TestRunner;
  readonly attempts: readonly ClaimedJob[];
}

/** Most Jobs of one claim (shared/src/protocol/runnerMessages.ts). */
const mostOfAClaim = 256;

/** Makes Jobs and claims them over a service's own protocol; no container runs them. */
export async function makeLiveAttempts(
  { service }: LocalService,
  serverUrl: string,
  count: number,
): Promise<LiveAttempts> {
  const queue = await openQueue(service, count);
  await queue.enqueue(count);
  const token = await runnerToken(service.sql);
  const runner = await connectRunner({ serverUrl, token, labels: ['linux'] });
  const attempts: ClaimedJob[] = [];
  while (attempts.length < count) {
    const claimed = await runner.claim(Math.min(mostOfAClaim, count - attempts.length));
    if (claimed.length === 0) throw new Error(`of ${count} Jobs ${attempts.length} could be claimed`);
    attempts.push(...claimed);
  }
  return { runner, attempts, [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose]() };
}
