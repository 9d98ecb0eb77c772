import type { ChangesetView } from '@flotilla/shared/campaign/views';
import { wishStates, type Wish } from '@flotilla/shared/campaign/wishes';
import { CancellationError, l10n } from 'vscode';
import { liveChangesets } from '../../model/liveChangesets.ts';
import { ask, tell } from '../../platform/messages.ts';
import type { App, CommandHandler } from '../app.ts';
import { leftOf, leftSentence } from './leftSentence.ts';
import { changesetsOf } from './pickChangesets.ts';

export const publishChangeset = wanting('publish', l10n.t('Publish which Changesets?'));
export const reopenChangeset = wanting('reopen', l10n.t('Reopen which Changesets?'));
export const retryChangeset = wanting('retry', l10n.t('Retry which Changesets?'));
export const rebaseChangeset = wanting('rebase', l10n.t('Rebase which Changesets?'));
export const closeChangeset = wanting('close', l10n.t('Close which Changesets?'), confirmClosing);

/** A command that wants something of one Changeset or of several; for which it means nothing is said, and why. */
function wanting(
  wish: Wish,
  placeHolder: string,
  confirm: (app: App, changesets: readonly ChangesetView[]) => Promise<void> = () => Promise.resolve(),
): CommandHandler {
  const fits = ({ state }: ChangesetView) => wishStates[wish].includes(state);
  return async (app, argument, selected) => {
    const changesets = await changesetsOf(app, argument, selected, fits, placeHolder);
    const fitting = changesets.filter(fits);
    if (fitting.length > 0) await confirm(app, fitting);
    const done = fitting.length === 0 ? [] : await want(app, wish, fitting);
    const sentence = leftSentence(wish, changesets.length, leftOf(heldChangesets(app, changesets), done));
    if (sentence !== undefined) void tell('warning', sentence);
  };
}

async function want(app: App, wish: Wish, changesets: readonly ChangesetView[]): Promise<readonly number[]> {
  const changesetIds = changesets.map(({ id }) => id);
  const { done } = await app.connection.use((client) =>
    client.changesets.want.mutate({ changesetIds, wish }),
  );
  return done;
}

/** Changesets as they are now, where they are held. */
export function heldChangesets(app: App, changesets: readonly ChangesetView[]): readonly ChangesetView[] {
  const held = app.model.of(liveChangesets);
  return changesets.map((changeset) => held.get(changeset.id) ?? changeset);
}

async function confirmClosing(app: App, changesets: readonly ChangesetView[]): Promise<void> {
  const [only] = changesets;
  const close = l10n.t('Close');
  const answer = await ask(
    'warning',
    {
      sentence:
        changesets.length === 1 && only !== undefined
          ? l10n.t('Close the Changeset of {0}?', app.changesetNames.of(only))
          : l10n.t('Close {0} Changesets?', changesets.length),
      detail: l10n.t(
        'Pull requests are closed and branches go, but for those on which somebody else has worked. Reopen Changeset brings them back.',
      ),
    },
    close,
  );
  if (answer !== close) throw new CancellationError();
}
