import { isJobEnded } from '@flotilla/shared/lifecycle/jobLifecycle';
import { l10n } from 'vscode';
import type { App } from '../app.ts';
import { jobOf } from '../executions/pickExecution.ts';

/** Cancels one Job, whether it waits or runs. Nothing is asked: *Rerun Job* starts it again. */
export async function cancelJob(app: App, argument: unknown): Promise<void> {
  const job = await jobOf(
    app,
    argument,
    (candidate) => !isJobEnded(candidate.state),
    l10n.t('Cancel which Job?'),
    ({ counts }) => counts.queued + counts.running > 0,
  );
  await app.connection.use((client) => client.jobs.cancel.mutate({ jobId: job.id }));
}
