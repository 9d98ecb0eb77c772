import type { ActionVersionView } from '@flotilla/shared/views';
import { oneLine } from '@flotilla/shared/text/oneLine';
import { CancellationError, l10n, Range, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import type { ActionText } from '../../authoring/actionText.ts';
import { toActionUri } from '../../authoring/actionUri.ts';
import type { FlotillaClient } from '../../connection/client.ts';
import { openDiffEditor } from '../../platform/editors.ts';
import { ask } from '../../platform/messages.ts';
import type { App } from '../app.ts';

/**
 * The version that an Action's text goes on from, which is sent along so that nobody's work is saved over unseen. A
 * file that this workspace never ran goes on from what the service has under its name, where that came from the same
 * file or is the same text; otherwise a person decides.
 */
export async function baseVersionOf(
  app: App,
  client: FlotillaClient,
  action: ActionText,
): Promise<number | null> {
  if (action.kept !== undefined) return action.kept.version;
  const { name } = action.definition;
  const remembered = app.baseVersions.get(app.origin(), name, action.uri);
  if (remembered !== undefined) return remembered;
  const known = (await client.actions.list.query()).find((candidate) => candidate.name === name);
  if (known === undefined) return null;
  const latest = await client.actions.get.query({ actionId: known.id });
  if (latest.text === action.text || latest.origin?.file === action.origin?.file) return latest.version;
  return decide(action, latest);
}

/** Asks what to do where the service has a version that this text did not start from. Returns the base to save over. */
export async function decide(action: ActionText, latest: ActionVersionView): Promise<number> {
  const saveOver = l10n.t('Save as Version {0}', latest.version + 1);
  const compare = l10n.t('Compare');
  const takeTheirs = l10n.t('Use Version {0}', latest.version);
  const answer = await ask(
    'warning',
    {
      sentence: l10n.t(
        '"{0}" is at version {1} on the service, and this text did not start from it.',
        oneLine(latest.name),
        latest.version,
      ),
      detail: l10n.t(
        '{0} saved it on {1}. Older versions stay, whatever you choose.',
        oneLine(latest.createdBy),
        new Date(latest.createdAt).toLocaleString(),
      ),
    },
    compare,
    saveOver,
    ...(action.kept === undefined ? [takeTheirs] : []),
  );
  if (answer === saveOver) return latest.version;
  const theirs = Uri.from(toActionUri(latest));
  if (answer === compare) {
    const title = l10n.t('{0}: version {1} and this text', latest.name, latest.version);
    await openDiffEditor(theirs, action.uri, title);
  } else if (answer === takeTheirs) {
    await replaceText(action.uri, latest.text);
  }
  throw new CancellationError();
}

async function replaceText(uri: Uri, text: string): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const edit = new WorkspaceEdit();
  edit.replace(uri, new Range(0, 0, document.lineCount, 0), text);
  await workspace.applyEdit(edit);
  await window.showTextDocument(document);
}
