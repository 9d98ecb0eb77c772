import { l10n } from 'vscode';
import { openJobChanges } from '../../review/openChanges.ts';
import type { App } from '../app.ts';
import { jobOf } from '../executions/pickExecution.ts';

/** Opens all changes of one Job in a multi-diff editor. */
export async function reviewChanges(app: App, argument: unknown): Promise<void> {
  const job = await jobOf(
    app,
    argument,
    (candidate) => candidate.patch !== null,
    l10n.t('Review which Job?'),
  );
  await openJobChanges(app.origin(), app.names.named(job), await app.files.load(job));
}
