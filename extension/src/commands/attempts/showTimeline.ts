import { l10n, window, workspace } from 'vscode';
import type { App } from '../app.ts';
import { attemptOf } from '../executions/pickExecution.ts';

/** Opens a document that says what the time of an Attempt went to. It moves while the Attempt lives. */
export async function showTimeline(app: App, argument: unknown): Promise<void> {
  const { job, attempt } = await attemptOf(app, argument, l10n.t('The timeline of which Job?'));
  const uri = app.attemptDocuments.uriOf({
    origin: app.origin(),
    kind: 'timeline',
    jobId: job.id,
    name: app.names.of(job),
    attemptId: attempt.id,
    number: attempt.number,
  });
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
}
