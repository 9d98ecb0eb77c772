import type { ChangesetView } from '@flotilla/shared/campaign/views';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { l10n } from 'vscode';
import { openComparedChanges } from '../../review/openChanges.ts';
import { treeChanges } from '../../review/treeChanges.ts';
import type { ChangesetNode } from '../../views/nodes.ts';
import type { App } from '../app.ts';
import { changesetOf } from './pickChangesets.ts';

/** Opens what a Changeset changes in a multi-diff editor: its Patch without what a reviewer left out. */
export async function reviewChangeset(app: App, node: ChangesetNode): Promise<void> {
  const changeset = await changesetOf(app, node, () => true, l10n.t('Review which Changeset?'));
  const { repositoryId, baseTree, resultTree, branch, jobId } = changeset;
  const compared = await treeChanges(app.connection, { repositoryId, baseTree, resultTree });
  const name = app.changesetNames.of(changeset);
  const title = titleOf(changeset, name) ?? `${name}: ${branchOf(branch)}`;
  await openComparedChanges(app.origin(), { id: jobId, repositoryId, name }, title, compared);
}

function titleOf({ number, word }: ChangesetView, name: string): string | undefined {
  return number === null ? undefined : `${name}: ${word ?? l10n.t('pull request')} #${number}`;
}
