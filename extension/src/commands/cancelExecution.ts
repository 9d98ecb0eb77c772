import { isExecutionEnded } from '@flotilla/shared/lifecycle/executionState';
import { CancellationError, l10n, window } from 'vscode';
import { oneLine } from '../platform/plainText.ts';
import type { App } from './app.ts';
import { executionOf } from './pickExecution.ts';

/** Cancels an Execution, after a question that says how many Jobs it ends. */
export async function cancelExecution(app: App, argument: unknown): Promise<void> {
  const execution = await executionOf(
    app,
    argument,
    (candidate) => !isExecutionEnded(candidate.state),
    l10n.t('Cancel which Execution?'),
  );
  const { queued, running } = execution.counts;
  const cancel = l10n.t('Cancel Execution');
  const answer = await window.showWarningMessage(
    l10n.t('Cancel {0} #{1}?', oneLine(execution.actionName), execution.id),
    {
      modal: true,
      detail: l10n.t(
        'Running Jobs that are stopped: {0}. Queued Jobs that will not run: {1}. Jobs that have ended keep their Patches.',
        running,
        queued,
      ),
    },
    cancel,
  );
  if (answer !== cancel) throw new CancellationError();
  await app.connection.use((client) => client.executions.cancel.mutate({ executionId: execution.id }));
}
