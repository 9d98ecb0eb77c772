import { l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { actionUriOf } from './pickAction.ts';

/** Opens an action file, or the latest version of an Action that the service keeps. */
export async function openAction(app: App, argument: unknown): Promise<void> {
  await window.showTextDocument(await actionUriOf(app, argument, l10n.t('Open which Action?')));
}
