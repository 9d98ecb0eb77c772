import type { ScopePreview } from '@flotilla/shared/views';
import { l10n, window } from 'vscode';
import { readAction, type ActionText } from '../../authoring/actionText.ts';
import type { App } from '../app.ts';
import { actionUriOf } from './pickAction.ts';
import { resolveScope } from './resolveScope.ts';

/** Shows which repositories an Action would change, and which it leaves out and why. Nothing runs. */
export async function previewScope(app: App, argument: unknown): Promise<void> {
  const action = await readAction(
    await actionUriOf(app, argument, l10n.t('Preview the scope of which Action?')),
  );
  await openPreview(app, action, await resolveScope(app, action));
}

/** Opens a preview as a document. */
export async function openPreview(app: App, action: ActionText, preview: ScopePreview): Promise<void> {
  await window.showTextDocument(app.scopeDocuments.put(action.definition.name, preview), { preview: true });
}
