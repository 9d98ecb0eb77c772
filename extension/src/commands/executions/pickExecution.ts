import type { AttemptView, ChangedFile, ExecutionView, JobView } from '@flotilla/shared/views';
import { FlotillaError } from '@flotilla/shared/errors';
import { l10n } from 'vscode';
import { liveAttempts } from '../../model/liveAttempts.ts';
import { liveExecutions } from '../../model/liveExecutions.ts';
import { liveJobs } from '../../model/liveJobs.ts';
import { nodeOf } from '../../views/nodes.ts';
import { executionText, fileText, jobText } from '../../views/rowText.ts';
import { statuses } from '../../views/status.ts';
import type { App } from '../app.ts';
import { choose } from '../choose.ts';

/** The Execution that a command is about: what it was given, or a choice among those that fit. */
export async function executionOf(
  app: App,
  argument: unknown,
  fits: (execution: ExecutionView) => boolean,
  placeholder: string,
): Promise<ExecutionView> {
  const node = nodeOf(argument, 'execution');
  const executions = app.model.of(liveExecutions);
  const given = node === undefined ? undefined : executions.get(node.executionId);
  if (given !== undefined) return given;
  const all = await executions.load();
  const now = app.model.serverTime;
  return choose(
    all.filter(fits).map((execution) => ({
      label: `${execution.actionName} #${execution.id}`,
      icon: statuses[execution.state].icon,
      description: executionText(execution, now),
      value: execution,
    })),
    placeholder,
    l10n.t('There is nothing to choose from yet.'),
  );
}

/**
 * The Job that a command is about: that of the row it was given, or a choice among those that fit, of an Execution that
 * may have one.
 */
export async function jobOf(
  app: App,
  argument: unknown,
  fits: (job: JobView) => boolean,
  placeholder: string,
  mayHaveOne: (execution: ExecutionView) => boolean = () => true,
): Promise<JobView> {
  const node = nodeOf(argument, 'job', 'folder', 'file');
  const given = node === undefined ? undefined : app.model.of(liveJobs).get(node.jobId);
  if (given !== undefined) return given;
  const execution = await executionOf(app, argument, mayHaveOne, l10n.t('Of which Execution?'));
  // Held until one is chosen: whoever asks for its name then gets that among all of them.
  return app.model.of(liveJobs).whileHeld(execution.id, (jobs) => {
    const now = app.model.serverTime;
    return choose(
      jobs.filter(fits).map((job) => ({
        label: app.names.of(job),
        icon: statuses[job.state].icon,
        description: jobText(job, currentAttempt(app, job), now),
        value: job,
      })),
      placeholder,
      l10n.t('There is nothing to choose from yet.'),
    );
  });
}

function currentAttempt(app: App, { currentAttemptId }: JobView): AttemptView | undefined {
  return currentAttemptId === null ? undefined : app.model.of(liveAttempts).get(currentAttemptId);
}

/** The Attempt whose log a command is about, with its Job. A Job stands for its latest Attempt. */
export async function attemptOf(
  app: App,
  argument: unknown,
  placeholder: string,
): Promise<{ readonly job: JobView; readonly attempt: AttemptView; readonly step: number | undefined }> {
  const node = nodeOf(argument, 'attempt', 'step');
  const job =
    node === undefined
      ? await jobOf(app, argument, (candidate) => candidate.currentAttemptId !== null, placeholder)
      : await app.connection.use((client) => client.jobs.get.query({ jobId: node.jobId }));
  const attemptId = node?.attemptId ?? job.currentAttemptId;
  const attempts = app.model.of(liveAttempts);
  const attempt =
    (attemptId === null ? undefined : attempts.get(attemptId)) ??
    (await attempts.load(job.id)).find((candidate) => candidate.id === attemptId);
  if (attempt === undefined) {
    throw new FlotillaError(
      'notFound',
      l10n.t('No Runner has taken {0} yet, so there is no log.', app.names.of(job)),
    );
  }
  return { job, attempt, step: node?.kind === 'step' ? node.index : undefined };
}

/** The file that a command is about: that of the row it was given, or a choice. */
export async function fileOf(app: App, argument: unknown, job: JobView): Promise<ChangedFile> {
  const files = await app.files.load(job);
  const node = nodeOf(argument, 'file');
  const given = files.find((file) => file.path === node?.path);
  if (given !== undefined) return given;
  return choose(
    files.map((file) => ({
      label: file.path,
      description: `${file.status} ${fileText(file)}`,
      value: file,
    })),
    l10n.t('Which file of {0}?', app.names.of(job)),
    l10n.t('There is nothing to choose from yet.'),
  );
}
