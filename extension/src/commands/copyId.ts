import { env, l10n } from 'vscode';
import { nodeOf } from '../views/nodes.ts';
import type { App } from './app.ts';
import { executionOf } from './executions/pickExecution.ts';

/** Copies the id of what a row is about; from the palette that of an Execution. */
export async function copyId(app: App, argument: unknown): Promise<void> {
  const attempt = nodeOf(argument, 'attempt');
  const job = nodeOf(argument, 'job');
  const id =
    attempt?.attemptId ??
    job?.jobId ??
    (await executionOf(app, argument, () => true, l10n.t('The id of which Execution?'))).id;
  await env.clipboard.writeText(String(id));
}
