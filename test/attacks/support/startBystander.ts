import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../support/waitFor.ts';
import type { CallReport } from './bystander.ts';

/** How long it may take to answer a question, in milliseconds: a busy machine may have others to serve. */
const answerMs = 60_000;

/** Another user of the service that is attacked. */
export interface Bystander extends AsyncDisposable {
  /** What its calls were like since the report before. */
  report(): Promise<CallReport>;
  /** Waits until it has been answered so often from now on: the service has done other work meanwhile. */
  untilAnswered(times: number): Promise<void>;
}

/** Starts a {@link Bystander} of a service and waits until its first call was answered. */
export async function startBystander(url: string, token: string, servicePid: number): Promise<Bystander> {
  const child = fork(fileURLToPath(new URL('bystander.ts', import.meta.url)), [
    url,
    token,
    String(servicePid),
  ]);
  const exited = once(child, 'exit');
  // One question at a time: an answer does not say which it is for.
  let last: Promise<unknown> = Promise.resolve();
  const ask = <T>(question: 'report' | 'answered'): Promise<T> => {
    const answer = last.then(async () => {
      child.send(question);
      const [said] = (await once(child, 'message', { signal: AbortSignal.timeout(answerMs) })) as [T];
      return said;
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  const untilAnswered = async (times: number) => {
    const before = await ask<number>('answered');
    await waitFor(
      `${times} more calls of the bystander to be answered`,
      async () => (await ask<number>('answered')) >= before + times,
      { everyMs: 50 },
    );
  };
  await untilAnswered(1);
  return {
    report: () => ask<CallReport>('report'),
    untilAnswered,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await exited;
    },
  };
}
