import { liveExecutions } from '../../model/liveExecutions.ts';
import { liveJobs } from '../../model/liveJobs.ts';
import { nodeOf } from '../../views/nodes.ts';
import type { App } from '../app.ts';

/** Shows the Job that a Runner works on, in *Executions* and with its Attempts in *Job Logs*. */
export async function showJob(app: App, argument: unknown): Promise<void> {
  const node = nodeOf(argument, 'runnerJob');
  if (node === undefined) return;
  const { executionId, jobId } = node;
  await holdExecution(app, executionId);
  const job = { kind: 'job', executionId, jobId } as const;
  await app.model.of(liveJobs).whileHeld(executionId, async () => {
    app.jobLogsPane.show(job);
    await app.executionsPane.revealJob(job);
  });
}

/** An Execution that is older than those of the list gets its row. */
async function holdExecution(app: App, executionId: number): Promise<void> {
  const executions = app.model.of(liveExecutions);
  if (executions.get(executionId) !== undefined) return;
  executions.put(await app.connection.use((client) => client.executions.get.query({ executionId })));
}
