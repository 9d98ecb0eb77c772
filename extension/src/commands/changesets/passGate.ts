import type { ChangesetView } from '@flotilla/shared/campaign/views';
import { CancellationError, l10n } from 'vscode';
import { askForText } from '../../platform/inputs.ts';
import { tell } from '../../platform/messages.ts';
import { reasonOf } from '../../views/campaigns/campaignText.ts';
import type { App } from '../app.ts';
import { reasonProblem } from '../campaigns/campaignSteps.ts';
import { changesetsOf } from './pickChangesets.ts';

/** Lets Patches pass the gates that stop them, for a reason that a person gives. */
export async function passGate(app: App, argument: unknown, selected: readonly unknown[]): Promise<void> {
  const chosen = await changesetsOf(
    app,
    argument,
    selected,
    isGated,
    l10n.t('Which Changesets pass the gate?'),
  );
  const gated = chosen.filter(isGated);
  const [only] = gated;
  if (only === undefined) {
    void tell('information', l10n.t('No gate stops what is selected.'));
    return;
  }
  const reason = await askForText({
    title:
      gated.length === 1
        ? l10n.t('Pass the gate: {0}', app.changesetNames.of(only))
        : l10n.t('{0} Changesets pass their gates', gated.length),
    prompt: [
      ...(gated.length === 1 ? reasonOf(only) : []),
      l10n.t('Why may it be published all the same? The reason is kept in the audit log.'),
    ].join(' '),
    ignoreFocusOut: true,
    problemOf: reasonProblem,
  });
  if (reason === undefined) throw new CancellationError();
  const changesetIds = gated.map(({ id }) => id);
  await app.connection.use((client) =>
    client.changesets.passGate.mutate({ changesetIds, reason: reason.trim() }),
  );
}

function isGated({ state, reason }: ChangesetView): boolean {
  return state === 'held' && reason?.kind === 'gate';
}
