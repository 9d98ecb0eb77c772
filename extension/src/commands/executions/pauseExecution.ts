import { isExecutionEnded } from '@flotilla/shared/lifecycle/executionState';
import { l10n } from 'vscode';
import type { App } from '../app.ts';
import { executionOf } from './pickExecution.ts';

/** Starts no further Job of an Execution; those that run go on. */
export async function pauseExecution(app: App, argument: unknown): Promise<void> {
  const { id } = await executionOf(
    app,
    argument,
    ({ state, paused }) => !isExecutionEnded(state) && paused === null,
    l10n.t('Pause which Execution?'),
  );
  await app.connection.use((client) => client.executions.pause.mutate({ executionId: id }));
}

/** Starts the Jobs of a paused Execution again. */
export async function resumeExecution(app: App, argument: unknown): Promise<void> {
  const { id } = await executionOf(
    app,
    argument,
    ({ state, paused }) => !isExecutionEnded(state) && paused !== null,
    l10n.t('Resume which Execution?'),
  );
  await app.connection.use((client) => client.executions.resume.mutate({ executionId: id }));
}
