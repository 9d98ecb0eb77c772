import type { ChangesetReason } from '@flotilla/shared/campaign/changesetReason';
import type { ChangesetView } from '@flotilla/shared/campaign/views';
import type { Decision } from '@flotilla/shared/campaign/wishes';
import { FlotillaError } from '@flotilla/shared/errors';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { l10n } from 'vscode';
import type { Choice } from '../../platform/inputs.ts';
import { reasonOf } from '../../views/campaigns/campaignText.ts';
import type { App } from '../app.ts';
import { choose } from '../choose.ts';
import { changesetOf } from './pickChangesets.ts';

/** Asks what becomes of a commit of somebody else on a Changeset's branch. The answer holds for that commit alone. */
export async function decide(app: App, argument: unknown): Promise<void> {
  const changeset = await changesetOf(
    app,
    argument,
    (candidate) => foreignOf(candidate) !== undefined,
    l10n.t('Decide about which Changeset?'),
  );
  const foreign = foreignOf(changeset);
  if (foreign === undefined) {
    const [reason] = reasonOf(changeset);
    throw new FlotillaError(
      'campaign.conflict',
      reason ?? l10n.t('{0} needs no decision.', app.changesetNames.of(changeset)),
    );
  }
  const decision = await choose(
    decisionsAbout(foreign, branchOf(changeset.branch)),
    l10n.t(
      '{0}: somebody else pushed {1} to {2}',
      app.changesetNames.of(changeset),
      foreign.commit.slice(0, 12),
      branchOf(changeset.branch),
    ),
    '',
  );
  const decided = { changesetId: changeset.id, decision, commit: foreign.commit };
  await app.connection.use((client) => client.changesets.decide.mutate(decided));
}

type Foreign = Extract<ChangesetReason, { kind: 'foreignCommits' | 'foreignConflict' }>;

/** The commit of somebody else at which a Changeset is held. */
function foreignOf({ state, reason }: ChangesetView): Foreign | undefined {
  if (state !== 'held') return undefined;
  return reason?.kind === 'foreignCommits' || reason?.kind === 'foreignConflict' ? reason : undefined;
}

function decisionsAbout({ kind, commit }: Foreign, branch: string): readonly Choice<Decision>[] {
  const theirs = commit.slice(0, 12);
  return [
    {
      value: 'keepTheirs',
      icon: 'account',
      label: l10n.t('Keep Theirs'),
      detail: l10n.t('{0} stays at {1}, and nothing is pushed to it while it is there.', branch, theirs),
    },
    // What conflicts with theirs cannot come on top of it.
    ...(kind === 'foreignConflict'
      ? []
      : [
          {
            value: 'ourChangeOnTop' as const,
            icon: 'layers',
            label: l10n.t('Put Ours on Top'),
            detail: l10n.t(
              'Their commits stay, and the Patch comes on top of {0} as another commit.',
              theirs,
            ),
          },
        ]),
    {
      value: 'overwrite',
      icon: 'trash',
      label: l10n.t('Overwrite Theirs'),
      detail: l10n.t('{0} goes, and {1} has the Patch alone.', theirs, branch),
    },
  ];
}
