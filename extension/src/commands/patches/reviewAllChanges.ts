import type { ChangedFile, JobView } from '@flotilla/shared/views';
import { l10n } from 'vscode';
import { liveJobs } from '../../model/liveJobs.ts';
import { tell } from '../../platform/messages.ts';
import { withCancellableProgress } from '../../platform/progress.ts';
import { openExecutionChanges } from '../../review/openChanges.ts';
import type { Unit } from '../../review/parts.ts';
import type { App } from '../app.ts';
import { executionOf } from '../executions/pickExecution.ts';

/** So many lists of files are asked for at a time. */
const atOnce = 8;

/** Opens the changes of an Execution in multi-diff editors, without what a reviewer left out. */
export async function reviewAllChanges(app: App, argument: unknown): Promise<void> {
  const execution = await executionOf(
    app,
    argument,
    (candidate) => candidate.changed > 0,
    l10n.t('Review which Execution?'),
  );
  const units = await withCancellableProgress(l10n.t('Reading the changed files…'), (signal) =>
    app.model.of(liveJobs).whileHeld(execution.id, async (jobs) => {
      const included = await includedFiles(app, jobs, signal);
      return included.map(({ job, files }) => ({ job: app.names.named(job), files }));
    }),
  );
  if (units.length === 0) {
    void tell('information', l10n.t('Nothing of {0} #{1} is left in.', execution.actionName, execution.id));
    return;
  }
  const title = `${execution.actionName} #${execution.id}`;
  app.reviewTabs.add(title, execution.id);
  await openExecutionChanges(app.origin(), title, units);
}

/** Those of these Jobs with a Patch that are included, each with its included files; Jobs without any are not in it. */
export async function includedFiles(
  app: App,
  jobs: readonly JobView[],
  signal: AbortSignal,
): Promise<readonly Unit<JobView, ChangedFile>[]> {
  const included = jobs.filter((job) => job.patch !== null && job.included);
  const units: Unit<JobView, ChangedFile>[] = [];
  for (let at = 0; at < included.length; at += atOnce) {
    signal.throwIfAborted();
    const loaded = included.slice(at, at + atOnce).map(async (job) => {
      const files = await app.files.load(job);
      return { job, files: files.filter((file) => file.included) };
    });
    units.push(...(await Promise.all(loaded)));
  }
  return units.filter((unit) => unit.files.length > 0);
}
