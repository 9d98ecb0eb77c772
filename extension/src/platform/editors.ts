import { commands, type Uri } from 'vscode';
import { shownText } from './shownText.ts';

/** Opens two documents beside each other. */
export async function openDiffEditor(before: Uri, after: Uri, title: string): Promise<void> {
  await commands.executeCommand('vscode.diff', before, after, shownText('row', title), { preview: true });
}

/** Opens many pairs of documents below each other. Of each: what it is about, before, after. */
export async function openChangesEditor(
  title: string,
  resources: readonly (readonly [Uri, Uri | undefined, Uri | undefined])[],
): Promise<void> {
  await commands.executeCommand('vscode.changes', shownText('row', title), resources);
}
