import type { KeptScopePreview } from '@flotilla/shared/views';
import { FlotillaError } from '@flotilla/shared/errors';
import { l10n, Uri, window } from 'vscode';
import { schemes } from '../../contributions/schemes.ts';
import { readAction, type ActionText } from '../../authoring/actionText.ts';
import type { App } from '../app.ts';
import { actionUriOf, uriInFront } from './pickAction.ts';
import { resolveScope } from './resolveScope.ts';

/** Shows which repositories an Action would change, and which it leaves out and why. Nothing runs. */
export async function previewScope(app: App, argument: unknown): Promise<void> {
  const action = await readAction(
    await actionUriOf(app, argument, l10n.t('Preview the scope of which Action?')),
  );
  await openPreview(app, action, await resolveScope(app, action));
}

/** Opens a preview as a document. */
export async function openPreview(app: App, action: ActionText, preview: KeptScopePreview): Promise<void> {
  await window.showTextDocument(app.scopeDocuments.put(action, preview), { preview: true });
}

/**
 * The scope that the document of a preview shows, with its Action: that of a CodeLens, or of the tab in front for the palette.
 * Undefined where it is no such document. Throws when the Action has another query by now.
 */
export async function previewedScope(
  app: App,
  argument: unknown,
): Promise<{ action: ActionText; scope: KeptScopePreview } | undefined> {
  const uri = argument ?? uriInFront();
  if (!(uri instanceof Uri) || uri.scheme !== schemes.scope) return undefined;
  const previewed = await app.scopeDocuments.read(uri);
  const action = await readAction(previewed.action);
  if (action.definition.scopeQuery === previewed.scope.query) return { action, scope: previewed.scope };
  throw new FlotillaError(
    'scope.otherQuery',
    l10n.t('"scopeQuery" has changed since this preview was made. Preview the scope again.'),
  );
}
