import type { ChangesetView } from '@flotilla/shared/campaign/views';
import { mergeMethods, type MergeWish } from '@flotilla/shared/campaign/wishes';
import { CancellationError, l10n } from 'vscode';
import type { Choice } from '../../platform/inputs.ts';
import { ask, tell } from '../../platform/messages.ts';
import type { App } from '../app.ts';
import { choose } from '../choose.ts';
import { leftOf, leftSentence } from './leftSentence.ts';
import { changesetsOf } from './pickChangesets.ts';
import { heldChangesets } from './want.ts';

/** Merges the pull requests of open Changesets, at once or by their hosts as soon as they are ready. */
export async function mergeChangeset(
  app: App,
  argument: unknown,
  selected: readonly unknown[],
): Promise<void> {
  const chosen = await changesetsOf(app, argument, selected, isMergeable, l10n.t('Merge which Changesets?'));
  const open = chosen.filter(isMergeable);
  const done = open.length === 0 ? [] : await merge(app, open);
  const sentence = leftSentence('merge', chosen.length, leftOf(heldChangesets(app, chosen), done));
  if (sentence !== undefined) void tell('warning', sentence);
}

/** Where a branch is all that there is, people merge it themselves. */
function isMergeable({ state, number }: Pick<ChangesetView, 'state' | 'number'>): boolean {
  return state === 'open' && number !== null;
}

async function merge(app: App, changesets: readonly ChangesetView[]): Promise<readonly number[]> {
  const wish = await choose(choices(), l10n.t('Merge how?'), '');
  await confirm(app, changesets);
  const changesetIds = changesets.map(({ id }) => id);
  const { done } = await app.connection.use((client) =>
    client.changesets.merge.mutate({ changesetIds, ...wish }),
  );
  return done;
}

function choices(): readonly Choice<MergeWish>[] {
  const names = {
    merge: l10n.t('Merge Commit'),
    squash: l10n.t('Squash'),
    rebase: l10n.t('Rebase'),
  };
  return mergeMethods.flatMap((method) => [
    { label: names[method], description: l10n.t('at once'), value: { method, when: 'now' } as const },
    {
      label: l10n.t('{0}, When Ready', names[method]),
      description: l10n.t('by the code host, as soon as checks and reviews are there'),
      value: { method, when: 'ready' } as const,
    },
  ]);
}

async function confirm(app: App, changesets: readonly ChangesetView[]): Promise<void> {
  const [only] = changesets;
  const button = l10n.t('Merge');
  const sentence =
    changesets.length === 1 && only !== undefined
      ? l10n.t('Merge the Changeset of {0}?', app.changesetNames.of(only))
      : l10n.t('Merge {0} Changesets?', changesets.length);
  const answer = await ask(
    'warning',
    { sentence, detail: l10n.t('It cannot be taken back from here.') },
    button,
  );
  if (answer !== button) throw new CancellationError();
}
