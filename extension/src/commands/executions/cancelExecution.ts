import { isExecutionEnded } from '@flotilla/shared/lifecycle/executionState';
import { oneLine } from '@flotilla/shared/text/oneLine';
import { CancellationError, l10n } from 'vscode';
import { ask } from '../../platform/messages.ts';
import type { App } from '../app.ts';
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
  const answer = await ask(
    'warning',
    {
      sentence: l10n.t('Cancel {0} #{1}?', oneLine(execution.actionName), execution.id),
      detail: detailOf(queued, running),
      stay: l10n.t('Let It Run'),
    },
    cancel,
  );
  if (answer !== cancel) throw new CancellationError();
  app.cancelledHere.add(execution.id);
  await app.connection.use((client) => client.executions.cancel.mutate({ executionId: execution.id }));
}

function detailOf(queued: number, running: number): string {
  return [
    ...(running === 0
      ? []
      : [
          running === 1
            ? l10n.t('1 running Job is stopped, and what it changed is lost.')
            : l10n.t('{0} running Jobs are stopped, and what they changed is lost.', running),
        ]),
    ...(queued === 0
      ? []
      : [
          queued === 1 ? l10n.t('1 queued Job does not run.') : l10n.t('{0} queued Jobs do not run.', queued),
        ]),
    l10n.t('Jobs that have ended keep their Patches.'),
  ].join(' ');
}
