import { FlotillaError } from '@flotilla/shared/errors';
import type { AttemptView } from '@flotilla/shared/views';
import { l10n } from 'vscode';
import type { NamedJob } from '../../model/jobNames.ts';
import { openDiffEditor } from '../../platform/editors.ts';
import { tell } from '../../platform/messages.ts';
import { openComparedChanges } from '../../review/openChanges.ts';
import { nodeOf } from '../../views/nodes.ts';
import { attemptText } from '../../views/rowText.ts';
import { liveAttempts } from '../../model/liveAttempts.ts';
import { statuses } from '../../views/status.ts';
import type { App } from '../app.ts';
import { choose } from '../choose.ts';
import { jobOf } from '../executions/pickExecution.ts';

/** Compares what two Attempts of a Job left behind, or what they logged. */
export async function compareAttempts(app: App, argument: unknown): Promise<void> {
  const node = nodeOf(argument, 'attempt');
  const given =
    node === undefined
      ? await jobOf(app, argument, ({ attemptCount }) => attemptCount > 1, l10n.t('Attempts of which Job?'))
      : await app.connection.use((client) => client.jobs.get.query({ jobId: node.jobId }));
  const job = app.names.named(given);
  const [before, after] = await twoOf(
    await app.model.of(liveAttempts).load(job.id),
    app.model.serverTime,
    node?.attemptId,
  );
  const hasPatch = [before, after].some(({ patch, expired }) => patch !== null && !expired);
  if (hasPatch && (await pickSubject(before, after)) === 'patches')
    await comparePatches(app, job, before, after);
  else await compareLogs(app, job, before, after);
}

/** The two Attempts that are meant, the older one first. `attempts` are newest first; `now` is the service's time. */
async function twoOf(
  attempts: readonly AttemptView[],
  now: number,
  givenId: number | undefined,
): Promise<readonly [AttemptView, AttemptView]> {
  const nothing = l10n.t('The Job has had one Attempt only. Rerun it to have another to compare with.');
  const [newest, older] = attempts;
  if (newest === undefined || older === undefined) throw new FlotillaError('notFound', nothing);
  if (attempts.length === 2) return [older, newest];
  const ask = (candidates: readonly AttemptView[], placeholder: string) =>
    choose(
      candidates.map((attempt) => ({
        label: l10n.t('Attempt {0}', attempt.number),
        icon: statuses[attempt.state].icon,
        description: attemptText(attempt, now),
        value: attempt,
      })),
      placeholder,
      nothing,
    );
  const first =
    attempts.find(({ id }) => id === givenId) ?? (await ask(attempts, l10n.t('Compare which Attempt?')));
  const others = attempts.filter(({ id }) => id !== first.id);
  const second = await ask(others, l10n.t('Compare Attempt {0} with which other?', first.number));
  return first.number < second.number ? [first, second] : [second, first];
}

function pickSubject(before: AttemptView, after: AttemptView): Promise<'patches' | 'logs'> {
  const patches = l10n.t('What they changed, file by file');
  return choose<'patches' | 'logs'>(
    [
      { label: l10n.t('Patches'), description: patches, value: 'patches' },
      { label: l10n.t('Logs'), description: l10n.t('What their Steps wrote'), value: 'logs' },
    ],
    l10n.t('Compare what of Attempts {0} and {1}?', before.number, after.number),
    '',
  );
}

async function comparePatches(
  app: App,
  job: NamedJob,
  before: AttemptView,
  after: AttemptView,
): Promise<void> {
  const compared = await app.connection.use((client) =>
    client.attempts.compare.query({ before: before.id, after: after.id }),
  );
  if (compared.files.length === 0) {
    void tell(
      'information',
      l10n.t('Attempts {0} and {1} changed the same in the same way.', before.number, after.number),
    );
    return;
  }
  await openComparedChanges(app.origin(), job, titleOf(job, before, after), compared);
}

async function compareLogs(app: App, job: NamedJob, before: AttemptView, after: AttemptView): Promise<void> {
  const deleted = [before, after].find(({ expired }) => expired);
  if (deleted !== undefined) {
    const sentence = l10n.t(
      'The log of Attempt {0} was deleted, after the time for which logs are kept.',
      deleted.number,
    );
    throw new FlotillaError('notFound', sentence);
  }
  const uri = (attempt: AttemptView) =>
    app.attemptDocuments.uriOf({
      origin: app.origin(),
      kind: 'log',
      jobId: job.id,
      name: job.name,
      attemptId: attempt.id,
      number: attempt.number,
    });
  await openDiffEditor(uri(before), uri(after), titleOf(job, before, after));
}

function titleOf(job: NamedJob, before: AttemptView, after: AttemptView): string {
  return l10n.t('{0}: attempt {1} ↔ {2}', job.name, before.number, after.number);
}
