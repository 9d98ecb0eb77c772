import { isExecutionEnded } from '@flotilla/shared/lifecycle/executionState';
import { shortened } from '@flotilla/shared/text/oneLine';
import type { ExecutionView } from '@flotilla/shared/views';
import { commands, l10n } from 'vscode';
import { readSetting } from '../../contributions/settings.ts';
import type { Connection } from '../../connection/connection.ts';
import type { Collection } from '../../model/collection.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import { tell } from '../../platform/messages.ts';

/** Characters of an Action's name that leave room for what is said of it. */
const nameCharacters = 200;

/**
 * Says once when an Execution that the user started has ended, with what to do next. Nothing opens by itself. Of those
 * that this window cancelled nothing has to be said.
 */
export function registerEndNotices(
  connection: Connection,
  executions: Collection<ExecutionView>,
  cancelledHere: Set<number>,
): Disposable {
  const owned = new Disposables();
  const live = new Set<number>();
  owned.own(
    connection.onDidChangeServer(() => {
      live.clear();
      cancelledHere.clear();
    }),
  );
  owned.own(
    executions.onDidChange(({ rows, members }) => {
      const touched = members.size > 0 ? (executions.rows() ?? []).map(({ id }) => id) : rows;
      for (const id of touched) {
        const execution = executions.get(id);
        if (execution === undefined || !execution.mine) continue;
        if (!isExecutionEnded(execution.state)) live.add(id);
        else if (live.delete(id) && !cancelledHere.has(id)) void notify(execution);
      }
    }),
  );
  return owned;
}

async function notify(execution: ExecutionView): Promise<void> {
  const wanted = readSetting('notifications');
  const isFailure = execution.state === 'failed';
  if (wanted === 'off' || (wanted === 'failures' && !isFailure)) return;
  const next = execution.changed > 0 ? l10n.t('Review All Changes') : l10n.t('Show Executions');
  const settings = l10n.t('Settings');
  const choice = await tell(isFailure ? 'warning' : 'information', sentenceOf(execution), next, settings);
  if (choice === next && execution.changed > 0) {
    await commands.executeCommand('flotilla.reviewAllChanges', {
      kind: 'execution',
      executionId: execution.id,
    });
  } else if (choice === next) {
    await commands.executeCommand('flotilla.executions.focus');
  } else if (choice === settings) {
    await commands.executeCommand('workbench.action.openSettings', 'flotilla.notifications');
  }
}

function sentenceOf({ actionName, id, state, counts, changed }: ExecutionView): string {
  const name = `${shortened(actionName, nameCharacters)} #${id}`;
  const failed = counts.failed + counts.timedOut + counts.errored;
  if (state === 'cancelled') return l10n.t('{0} was cancelled.', name);
  const changes =
    changed === 0
      ? l10n.t('nothing was changed')
      : changed === 1
        ? l10n.t('1 Job changed something')
        : l10n.t('{0} Jobs changed something', changed);
  if (failed === 0) return l10n.t('{0} succeeded: {1}.', name, changes);
  const failures = failed === 1 ? l10n.t('1 Job failed') : l10n.t('{0} Jobs failed', failed);
  return l10n.t('{0} ended: {1}, {2}.', name, failures, changes);
}
