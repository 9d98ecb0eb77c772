import { CancellationError, l10n, Uri, window, workspace } from 'vscode';
import { actionTemplate } from '../../authoring/template.ts';
import { exists } from '../../platform/exists.ts';
import { askForFolder, askForText } from '../../platform/inputs.ts';
import type { App } from '../app.ts';

/** Asks for a name, writes an action file from a template and opens it. Nothing that is there is overwritten. */
export async function newAction(_app: App, _argument: unknown): Promise<void> {
  const name = await askForText({
    title: l10n.t('New Action'),
    prompt: l10n.t('What is the Action called?'),
    placeHolder: 'bump-node',
    problemOf: (value) =>
      /^[\w.-]+$/.test(value) ? undefined : l10n.t('A name has letters, digits, ".", "_" and "-" only.'),
  });
  if (name === undefined) throw new CancellationError();
  const fileName = `${name}.action.json`;
  const folder = await folderFor(fileName);
  const uri = Uri.joinPath(folder, fileName);
  if (!(await exists(uri))) {
    await workspace.fs.writeFile(uri, new TextEncoder().encode(actionTemplate(name)));
  }
  await window.showTextDocument(uri, { preview: false });
}

async function folderFor(fileName: string): Promise<Uri> {
  const folders = workspace.workspaceFolders ?? [];
  const [only] = folders;
  if (only !== undefined && folders.length === 1) return only.uri;
  if (folders.length > 1) {
    const chosen = await window.showWorkspaceFolderPick({ placeHolder: l10n.t('In which folder?') });
    if (chosen === undefined) throw new CancellationError();
    return chosen.uri;
  }
  const chosen = await askForFolder({ openLabel: l10n.t('Create {0} Here', fileName) });
  if (chosen === undefined) throw new CancellationError();
  return chosen;
}
