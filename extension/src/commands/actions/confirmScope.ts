import { describeLeftOut } from '@flotilla/shared/query/leftOutReason';
import { targetNames } from '@flotilla/shared/target/targetNames';
import { oneLine, shortened } from '@flotilla/shared/text/oneLine';
import type { ChangedScope, KeptScopePreview } from '@flotilla/shared/views';
import { CancellationError, l10n } from 'vscode';
import type { ActionText } from '../../authoring/actionText.ts';
import { ask } from '../../platform/messages.ts';
import { withCancellableProgress } from '../../platform/progress.ts';
import type { App } from '../app.ts';
import { openPreview } from './previewScope.ts';

/** So many names fit into a question. */
const shownNames = 10;
/** So many characters of each. */
const nameCharacters = 120;

/** Asks whether an Action may run on a scope, by the number of its repositories; cancelled unless a person says so. */
export async function confirmScope(app: App, action: ActionText, scope: KeptScopePreview): Promise<void> {
  const count = scope.targets.length;
  const run = runOn(count);
  const preview = l10n.t('Preview Scope');
  const name = oneLine(action.definition.name);
  const answer = await ask(
    'information',
    {
      sentence:
        count === 1
          ? l10n.t('Run {0} on 1 repository?', name)
          : l10n.t('Run {0} on {1} repositories?', name, count),
      detail: [
        listed(scope.targets.map(targetNames(scope.targets))),
        ...(scope.leftOut.length === 0
          ? []
          : [
              scope.leftOut.length === 1
                ? l10n.t('1 other repository is left out.')
                : l10n.t('{0} other repositories are left out.', scope.leftOut.length),
            ]),
      ].join('\n\n'),
    },
    run,
    preview,
  );
  if (answer === preview) await openPreview(app, action, scope);
  if (answer !== run) throw new CancellationError();
}

/**
 * The scope to run after a person has confirmed one: that, or, when something has moved since, the one that they choose
 * now that they see what has.
 */
export async function settledScope(
  app: App,
  action: ActionText,
  confirmed: KeptScopePreview,
): Promise<KeptScopePreview> {
  const changed = await withCancellableProgress(
    l10n.t('Looking whether the scope of {0} has changed…', action.definition.name),
    (signal) =>
      app.connection.use((client) => client.scopes.changes.query({ scopeId: confirmed.id }, { signal })),
  );
  if (changed === null) return confirmed;
  const asConfirmed = l10n.t('Run as Confirmed ({0})', confirmed.targets.length);
  const asNow = l10n.t('Run as It Is Now ({0})', changed.now.targets.length);
  const answer = await ask(
    'warning',
    {
      sentence: l10n.t('The scope of {0} has changed since you saw it.', oneLine(action.definition.name)),
      detail: [
        ...changesIn(changed),
        l10n.t('As confirmed, the Jobs work on the commits that you saw.'),
      ].join('\n\n'),
    },
    asConfirmed,
    ...(changed.now.targets.length === 0 ? [] : [asNow]),
  );
  if (answer === asConfirmed) return confirmed;
  if (answer === asNow) return changed.now;
  throw new CancellationError();
}

/** *Run on 12 Repositories*. */
function runOn(count: number): string {
  return count === 1 ? l10n.t('Run on 1 Repository') : l10n.t('Run on {0} Repositories', count);
}

function changesIn({ added, gone, moved }: ChangedScope): string[] {
  const nameOf = targetNames([
    ...added,
    ...gone.map(({ target }) => target),
    ...moved.map(({ target }) => target),
  ]);
  const part = (sentence: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${sentence} ${listed(names)}`];
  return [
    ...part(l10n.t('New in it:'), added.map(nameOf)),
    ...part(
      l10n.t('Not in it any more:'),
      gone.map(({ target, reason }) => `${nameOf(target)} (${describeLeftOut(reason)})`),
    ),
    ...part(
      l10n.t('At another commit:'),
      moved.map(({ target }) => nameOf(target)),
    ),
  ];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map((name) => shortened(oneLine(name), nameCharacters));
  const more = names.length - shown.length;
  return [...shown, ...(more > 0 ? [l10n.t('and {0} more', more)] : [])].join(', ');
}
