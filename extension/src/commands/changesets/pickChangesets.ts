import type { ChangesetView } from '@flotilla/shared/campaign/views';
import { FlotillaError } from '@flotilla/shared/errors';
import { CancellationError, l10n } from 'vscode';
import { liveChangesets } from '../../model/liveChangesets.ts';
import { pickMany, type Choice } from '../../platform/inputs.ts';
import { inShownOrder } from '../../views/campaigns/changesetOrder.ts';
import { changesetText } from '../../views/campaigns/campaignText.ts';
import { changesetStatuses, lookOf } from '../../views/campaigns/changesetStatus.ts';
import { nodeOf, type ChangesetNode } from '../../views/nodes.ts';
import type { App } from '../app.ts';
import { campaignOf } from '../campaigns/pickCampaign.ts';
import { choose } from '../choose.ts';

const nothing = () => l10n.t('No Changeset fits.');

/** The Changeset that a command is about: that of the row it was given, or a choice among those that fit. */
export async function changesetOf(
  app: App,
  argument: unknown,
  fits: (changeset: ChangesetView) => boolean,
  placeHolder: string,
): Promise<ChangesetView> {
  const [given] = rowsOf(app, argument, []);
  return given ?? amongChoices(app, argument, fits, (items) => choose(items, placeHolder, nothing()));
}

/**
 * The Changesets that a command is about: those of the rows that are selected, where the one that it was given is among them;
 * without a row a choice of several among those that fit.
 */
export async function changesetsOf(
  app: App,
  argument: unknown,
  selected: readonly unknown[],
  fits: (changeset: ChangesetView) => boolean,
  placeHolder: string,
): Promise<readonly ChangesetView[]> {
  const given = rowsOf(app, argument, selected);
  if (given.length > 0) return given;
  return amongChoices(app, argument, fits, async (items) => {
    if (items.length === 0) throw new FlotillaError('notFound', nothing());
    const chosen = await pickMany(items, { placeHolder });
    if (chosen.length === 0) throw new CancellationError();
    return chosen;
  });
}

function rowsOf(app: App, argument: unknown, selected: readonly unknown[]): readonly ChangesetView[] {
  const clicked = nodeOf(argument, 'changeset');
  if (clicked === undefined) return [];
  const nodes = selected.flatMap((row): readonly ChangesetNode[] => {
    const node = nodeOf(row, 'changeset');
    return node === undefined ? [] : [node];
  });
  const meant = nodes.some(({ changesetId }) => changesetId === clicked.changesetId) ? nodes : [clicked];
  const changesets = app.model.of(liveChangesets);
  return meant.flatMap(({ changesetId }) => changesets.get(changesetId) ?? []);
}

/** Lets a person choose among those of a Campaign that fit, which are held meanwhile. */
async function amongChoices<T>(
  app: App,
  argument: unknown,
  fits: (changeset: ChangesetView) => boolean,
  ask: (choices: readonly Choice<ChangesetView>[]) => Promise<T>,
): Promise<T> {
  const campaign = await campaignOf(app, argument, () => true, {
    placeHolder: l10n.t('Of which Campaign?'),
    nothing: l10n.t('There is no Campaign yet. Make one with Create Campaign….'),
  });
  return app.model.of(liveChangesets).whileHeld(campaign.id, (changesets) =>
    ask(
      inShownOrder(changesets)
        .filter(fits)
        .map((changeset) => ({
          label: app.changesetNames.of(changeset),
          icon: changesetStatuses[lookOf(changeset)].icon,
          description: changesetText(changeset),
          value: changeset,
        })),
    ),
  );
}
