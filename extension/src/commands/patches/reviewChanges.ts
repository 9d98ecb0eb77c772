import { l10n } from 'vscode';
import { openJobChanges } from '../../review/openChanges.ts';
import { nodeOf } from '../../views/nodes.ts';
import type { App } from '../app.ts';
import { reviewChangeset } from '../changesets/reviewChangeset.ts';
import { jobOf } from '../executions/pickExecution.ts';

/** Opens all changes of one Job, or of a Changeset, in a multi-diff editor. */
export async function reviewChanges(app: App, argument: unknown): Promise<void> {
  const node = nodeOf(argument, 'changeset');
  if (node !== undefined) return reviewChangeset(app, node);
  const job = await jobOf(
    app,
    argument,
    (candidate) => candidate.patch !== null,
    l10n.t('Review which Job?'),
  );
  const named = app.names.named(job);
  const files = await app.files.load(job);
  app.reviewTabs.add(named.name, job.executionId);
  await openJobChanges(app.origin(), named, files);
}
