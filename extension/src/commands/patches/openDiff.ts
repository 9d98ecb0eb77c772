import { l10n } from 'vscode';
import { openDiff as open } from '../../review/openChanges.ts';
import type { App } from '../app.ts';
import { fileOf, jobOf } from '../executions/pickExecution.ts';

/** Opens the diff of one changed file. */
export async function openDiff(app: App, argument: unknown): Promise<void> {
  const job = await jobOf(
    app,
    argument,
    (candidate) => candidate.patch !== null,
    l10n.t('A file of which Job?'),
  );
  await open(app.origin(), app.names.named(job), await fileOf(app, argument, job));
}
