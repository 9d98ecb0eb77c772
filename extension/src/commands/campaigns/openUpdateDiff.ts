import type { CampaignUpdateView, UpdateRowView } from '@flotilla/shared/campaign/campaignUpdate';
import { targetNames } from '@flotilla/shared/target/targetNames';
import { l10n } from 'vscode';
import { tell } from '../../platform/messages.ts';
import { openComparedChanges } from '../../review/openChanges.ts';
import { treeChanges } from '../../review/treeChanges.ts';
import type { App } from '../app.ts';

/**
 * Opens in what an update changes one Changeset: what is published beside what is to be, of the files that either of the two
 * changes. What only the base has become is left out.
 */
export async function openUpdateDiff(
  app: App,
  update: CampaignUpdateView,
  row: UpdateRowView,
): Promise<void> {
  const { repositoryId, before, after } = row;
  if (after === null) return;
  const name = targetNames(update.rows)(row);
  const comparing = { id: 0, repositoryId, name };
  const changesOf = (trees: { readonly baseTree: string; readonly resultTree: string }) =>
    treeChanges(app.connection, { repositoryId, ...trees });
  if (before === null || row.action === 'create') {
    return openComparedChanges(app.origin(), comparing, l10n.t('{0}: new', name), await changesOf(after));
  }
  const [compared, ...own] = await Promise.all([
    changesOf({ baseTree: before.resultTree, resultTree: after.resultTree }),
    changesOf(before),
    changesOf(after),
  ]);
  const ours = new Set(own.flatMap(({ files }) => files.flatMap(pathsOf)));
  const files = compared.files.filter((file) => pathsOf(file).some((path) => ours.has(path)));
  if (files.length === 0) {
    void tell('information', l10n.t('What {0} changes stays the same: its base has moved.', name));
    return;
  }
  const title = l10n.t('{0}: published ↔ updated', name);
  await openComparedChanges(app.origin(), comparing, title, { ...compared, files });
}

function pathsOf({
  path,
  previousPath,
}: {
  readonly path: string;
  readonly previousPath: string | null;
}): string[] {
  return previousPath === null ? [path] : [path, previousPath];
}
