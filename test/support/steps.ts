import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptView, ExecutionView } from '@flotilla/shared/views';
import type { Deployment } from './deployment.ts';
import { readLogSoFar, stdoutOf } from './logs.ts';
import { waitFor } from './waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

/** A Step that says that it has begun, and goes on when {@link letGo} says so. */
export const waitingScript = 'echo begun; until [ -e go ]; do sleep 0.05; done; rm go; echo let go';

/** The Attempt of that number of an Execution's one Job, once its first Step runs. */
export async function currentAttempt(
  deployment: Deployment,
  execution: ExecutionView,
  number: number,
  timeoutMs = 60_000,
): Promise<AttemptView> {
  return waitFor(
    `Attempt ${number} to run its Step`,
    async () => {
      const [job] = await listJobs(deployment.client.api, execution.id);
      const attempt = (await deployment.attemptsOf(job?.id ?? 0))[number - 1];
      return attempt?.steps[0]?.state === 'running' && attempt;
    },
    { timeoutMs, everyMs: 50 },
  );
}

/** The same, once the Step has said that it has begun. */
export async function untilBegun(
  deployment: Deployment,
  execution: ExecutionView,
  number = 1,
  timeoutMs?: number,
): Promise<AttemptView> {
  const attempt = await currentAttempt(deployment, execution, number, timeoutMs);
  await waitFor(`Attempt ${number} to begin`, async () =>
    stdoutOf(await readLogSoFar(deployment.client, attempt.id)).startsWith('begun\n'),
  );
  return attempt;
}

/** Lets the waiting Step of an Attempt go on, by a file in its work tree. */
export async function letGo(runner: { readonly stateFolder: string }, attempt: AttemptView): Promise<void> {
  await writeFile(join(runner.stateFolder, 'attempts', String(attempt.id), 'work', 'go'), '');
}
