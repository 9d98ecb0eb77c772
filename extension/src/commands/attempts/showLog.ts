import { l10n } from 'vscode';
import type { App } from '../app.ts';
import { attemptOf } from '../executions/pickExecution.ts';

/** Opens the log of an Attempt in an output channel, at a Step where one was clicked. */
export async function showLog(app: App, argument: unknown): Promise<void> {
  const { job, attempt, step } = await attemptOf(app, argument, l10n.t('The log of which Job?'));
  app.jobLogsPane.show({ kind: 'job', executionId: job.executionId, jobId: job.id });
  app.logs.show(app.names.of(job), attempt, step);
}
