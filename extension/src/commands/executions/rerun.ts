import { isJobEnded } from '@flotilla/shared/lifecycle/jobLifecycle';
import { oneLine } from '@flotilla/shared/text/oneLine';
import { CancellationError, l10n } from 'vscode';
import { untilAnswered } from '../../connection/untilAnswered.ts';
import { ask } from '../../platform/messages.ts';
import { endedJobs, unsuccessfulJobs } from '../../views/jobCounts.ts';
import type { App } from '../app.ts';
import { executionOf, jobOf } from './pickExecution.ts';

/** Runs one Job again, as a new Attempt beside the old ones. */
export async function rerunJob(app: App, argument: unknown): Promise<void> {
  const job = await jobOf(
    app,
    argument,
    (candidate) => isJobEnded(candidate.state),
    l10n.t('Rerun which Job?'),
    ({ counts }) => endedJobs(counts) > 0,
  );
  const requestKey = crypto.randomUUID();
  await untilAnswered(app.connection, (client) => client.jobs.rerun.mutate({ jobId: job.id, requestKey }));
}

/** Runs again what did not succeed. Nothing is asked: no result is put aside by it. */
export async function rerunFailedJobs(app: App, argument: unknown): Promise<void> {
  const { id } = await executionOf(
    app,
    argument,
    ({ counts }) => unsuccessfulJobs(counts) > 0,
    l10n.t('Rerun the failed Jobs of which Execution?'),
  );
  await rerunExecution(app, id, 'failed');
}

/** Runs all Jobs again that have ended, after a question with their number. */
export async function rerunAllJobs(app: App, argument: unknown): Promise<void> {
  const { id, actionName, counts } = await executionOf(
    app,
    argument,
    (candidate) => endedJobs(candidate.counts) > 0,
    l10n.t('Rerun all Jobs of which Execution?'),
  );
  const count = endedJobs(counts);
  const rerun = count === 1 ? l10n.t('Rerun 1 Job') : l10n.t('Rerun {0} Jobs', count);
  const answer = await ask(
    'warning',
    {
      sentence: l10n.t('Rerun all Jobs of {0} #{1}?', oneLine(actionName), id),
      detail: detailOf(count, counts.succeeded),
    },
    rerun,
  );
  if (answer !== rerun) throw new CancellationError();
  await rerunExecution(app, id, 'all');
}

/** One key for all calls: a Job that has ended again meanwhile is not put back a second time. */
async function rerunExecution(app: App, executionId: number, scope: 'failed' | 'all'): Promise<void> {
  const requestKey = crypto.randomUUID();
  await untilAnswered(app.connection, (client) =>
    client.executions.rerun.mutate({ executionId, scope, requestKey }),
  );
}

function detailOf(count: number, succeeded: number): string {
  return [
    count === 1
      ? l10n.t('1 Job runs again, on the same commit.')
      : l10n.t('{0} Jobs run again, on the same commits.', count),
    ...(succeeded === 0
      ? []
      : [
          l10n.t(
            '{0} of them succeeded: their next Attempt decides, and replaces what they changed.',
            succeeded,
          ),
        ]),
    l10n.t('Earlier Attempts keep their logs and Patches.'),
  ].join(' ');
}
