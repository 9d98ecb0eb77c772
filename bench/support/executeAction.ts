import { randomUUID } from 'node:crypto';
import type { AttemptView, ExecutionView } from '@flotilla/shared/views';
import type { ServiceClient } from '../../scripts/launch/serviceClient.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import { listJobs, watchRows } from '../../scripts/launch/liveRows.ts';

/** Starts an Execution of a one-step Action over the repositories of some ids (null: all); `more` are members of its file. */
export function startExecution(
  client: ServiceClient,
  name: string,
  script: string,
  repositoryIds: readonly number[] | null = null,
  more: Readonly<Record<string, unknown>> = {},
): Promise<ExecutionView> {
  const steps = [{ type: 'command', args: ['sh', '-c', script] }];
  const action = { name, scopeQuery: 'repo:', steps, ...more };
  return client.api.executions.create.mutate({
    requestKey: randomUUID(),
    fileName: `${name}.action.json`,
    text: JSON.stringify(action),
    baseVersion: null,
    origin: null,
    repositories: repositoryIds === null ? null : [...repositoryIds],
  });
}

/** Resolves when an Execution has ended, with how; told by the feed of changes, as an editor is. */
export function untilEnded(client: ServiceClient, executionId: number): Promise<ExecutionView> {
  return new Promise((resolve, reject) => {
    const subscription = watchRows(client.api, {
      onChanges(data) {
        const execution = data.executions.find((candidate) => candidate.id === executionId);
        if (execution === undefined || execution.endedAt === null) return;
        subscription.unsubscribe();
        resolve(execution);
      },
      onError: reject,
    });
    // It may have ended before the feed began.
    client.api.executions.get.query({ executionId }).then((execution) => {
      if (execution.endedAt === null) return;
      subscription.unsubscribe();
      resolve(execution);
    }, reject);
  });
}

/** The same, for an Execution that must succeed: throws with what ended its first Job otherwise. */
export async function untilSucceeded(client: ServiceClient, executionId: number): Promise<void> {
  const { state, counts } = await untilEnded(client, executionId);
  if (state === 'succeeded') return;
  const jobs = await listJobs(client.api, executionId);
  const job = jobs.find((each) => each.state !== 'succeeded');
  const attempts = job === undefined ? [] : await client.api.attempts.list.query({ jobId: job.id });
  const outcomes = JSON.stringify(attempts.map(({ outcome }) => outcome));
  throw new Error(`the Execution ended as ${state} (${JSON.stringify(counts)}): ${outcomes}`);
}

/** The Attempt of an Execution's first Job that is the current one, once the Job has been claimed. */
export function attemptOf(client: ServiceClient, executionId: number): Promise<number> {
  return waitFor(
    'the Job to be claimed',
    async () => (await listJobs(client.api, executionId))[0]?.currentAttemptId ?? undefined,
    { timeoutMs: 60_000 },
  );
}

/** The same, once one of its Steps runs. */
export async function runningAttemptOf(client: ServiceClient, executionId: number): Promise<AttemptView> {
  return waitFor(
    'a Step to run',
    async () => {
      const [job] = await listJobs(client.api, executionId);
      if (job === undefined) return undefined;
      const attempts = await client.api.attempts.list.query({ jobId: job.id });
      return attempts.find(
        ({ id, steps }) => id === job.currentAttemptId && steps.some(({ state }) => state === 'running'),
      );
    },
    { timeoutMs: 120_000, everyMs: 10 },
  );
}
