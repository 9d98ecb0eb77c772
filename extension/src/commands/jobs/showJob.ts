import { nodeOf } from '../../views/nodes.ts';
import type { App } from '../app.ts';

/** Shows the Job that a Runner works on, in *Executions* and with its Attempts in *Job Logs*. */
export async function showJob(app: App, argument: unknown): Promise<void> {
  const node = nodeOf(argument, 'runnerJob');
  if (node === undefined) return;
  const { executionId, jobId } = node;
  if (app.model.execution(executionId) === undefined) {
    app.model.take(await app.connection.use((client) => client.executions.get.query({ executionId })));
  }
  await app.model.loadJobs(executionId);
  const job = { kind: 'job', executionId, jobId } as const;
  app.jobLogsPane.show(job);
  await app.executionsPane.revealJob(job);
}
