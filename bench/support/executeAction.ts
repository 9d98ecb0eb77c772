import { randomUUID } from 'node:crypto';
import type { ExecutionView } from '@flotilla/shared/views';
import type { ServiceClient } from '../../scripts/launch/serviceClient.ts';

/** Starts an Execution of a one-step Action over the repositories named (null: all). */
export function startExecution(
  client: ServiceClient,
  name: string,
  script: string,
  repositories: readonly string[] | null = null,
): Promise<ExecutionView> {
  const action = { name, scopeQuery: 'repo:', steps: [{ type: 'command', args: ['sh', '-c', script] }] };
  return client.api.executions.create.mutate({
    requestKey: randomUUID(),
    fileName: `${name}.action.json`,
    text: JSON.stringify(action),
    baseVersion: null,
    origin: null,
    repositories: repositories === null ? null : [...repositories],
  });
}

/** Resolves when an Execution has ended, with how; told by the feed of changes, as an editor is. */
export function untilEnded(client: ServiceClient, executionId: number): Promise<ExecutionView> {
  return new Promise((resolve, reject) => {
    const subscription = client.api.executions.watch.subscribe(
      {},
      {
        onData({ data }) {
          const execution = data.executions.find((candidate) => candidate.id === executionId);
          if (execution === undefined || execution.endedAt === null) return;
          subscription.unsubscribe();
          resolve(execution);
        },
        onError: reject,
      },
    );
    // It may have ended before the feed began.
    client.api.executions.get.query({ executionId }).then((execution) => {
      if (execution.endedAt === null) return;
      subscription.unsubscribe();
      resolve(execution);
    }, reject);
  });
}
