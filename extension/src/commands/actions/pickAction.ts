import { stemOf } from '@flotilla/shared/definition/fileNames';
import { CancellationError, l10n, TabInputText, Uri, window, workspace } from 'vscode';
import { isActionFile } from '../../authoring/actionFiles.ts';
import { toActionUri } from '../../authoring/actionUri.ts';
import { schemes } from '../../contributions/schemes.ts';
import { pickOne, type Choice, type Heading } from '../../platform/inputs.ts';
import { tell } from '../../platform/messages.ts';
import { nodeOf } from '../../views/nodes.ts';
import type { App } from '../app.ts';

/** The document of the Action that a command is about: what it was given, that of the tab in front, or a choice. */
export async function actionUriOf(app: App, argument: unknown, placeholder: string): Promise<Uri> {
  if (argument instanceof Uri) return argument;
  const fileNode = nodeOf(argument, 'actionFile');
  if (fileNode !== undefined) return fileNode.uri;
  const actionNode = nodeOf(argument, 'action');
  const action = actionNode === undefined ? undefined : app.catalogue.find(actionNode.actionId);
  if (action !== undefined) {
    return Uri.from(toActionUri({ actionId: action.id, name: action.name, version: action.latestVersion }));
  }
  const active = uriInFront();
  if (active !== undefined && (isActionFile(active) || active.scheme === schemes.action)) return active;
  return pickAction(app, placeholder);
}

/** The document of the tab in front: the active text editor can be a log in the panel. */
export function uriInFront(): Uri | undefined {
  const tab = window.tabGroups.activeTabGroup.activeTab?.input;
  return tab instanceof TabInputText ? tab.uri : undefined;
}

async function pickAction(app: App, placeholder: string): Promise<Uri> {
  const items = async (): Promise<(Choice<Uri> | Heading)[]> => {
    const files = await app.actionFiles.list();
    const kept = app.catalogue.actions;
    return [
      ...heading(l10n.t('Workspace'), files),
      ...files.map((uri) => ({
        icon: 'file-code',
        label: stemOf(uri.path),
        description: workspace.asRelativePath(uri),
        value: uri,
      })),
      ...heading(l10n.t('Service'), kept),
      ...kept.map(({ id: actionId, name, latestVersion: version, description }) => ({
        icon: 'cloud',
        label: name,
        description: `v${version}`,
        detail: description,
        value: Uri.from(toActionUri({ actionId, name, version })),
      })),
    ];
  };
  const found = await items();
  if (found.length === 0) {
    const create = l10n.t('New Action…');
    const choice = await tell(
      'information',
      l10n.t('There is no Action yet: no *.action.json in this workspace, and none on the service.'),
      create,
    );
    if (choice === create) {
      const { newAction } = await import('./newAction.ts');
      await newAction(app, undefined);
    }
    throw new CancellationError();
  }
  const chosen = await pickOne(found, { placeHolder: placeholder });
  if (chosen === undefined) throw new CancellationError();
  return chosen;
}

function heading(label: string, below: readonly unknown[]): Heading[] {
  return below.length === 0 ? [] : [{ heading: label }];
}
