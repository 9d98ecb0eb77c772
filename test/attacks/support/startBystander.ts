import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../support/waitFor.ts';
import type { CallReport } from './bystander.ts';

/** Another user of the service that is attacked. */
export interface Bystander extends AsyncDisposable {
  /** What its calls were like since the report before. */
  report(): Promise<CallReport>;
}

/** Starts a {@link Bystander} and waits until its first call was answered. */
export async function startBystander(url: string, token: string): Promise<Bystander> {
  const child = fork(fileURLToPath(new URL('bystander.ts', import.meta.url)), [url, token]);
  const exited = once(child, 'exit');
  const report = async (): Promise<CallReport> => {
    child.send('report');
    const [said] = (await once(child, 'message', { signal: AbortSignal.timeout(10_000) })) as [CallReport];
    return said;
  };
  await waitFor('the bystander’s first call', async () => (await report()).answered > 0);
  return {
    report,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await exited;
    },
  };
}
