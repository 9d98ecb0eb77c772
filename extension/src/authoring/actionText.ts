import type { Definition } from '@flotilla/shared/definition/definition';
import { FlotillaError } from '@flotilla/shared/errors';
import type { SourceProblem } from '@flotilla/shared/sourceProblem';
import type { Origin } from '@flotilla/shared/views';
import { CancellationError, l10n, Range, window, workspace, type TextDocument, type Uri } from 'vscode';
import { schemes } from '../contributions/schemes.ts';
import { tell } from '../platform/messages.ts';
import { fromActionUri, type KeptVersion } from './actionUri.ts';
import { gitOriginOf } from './gitOrigin.ts';

/** An Action's text as it stands in the editor, also where it is not saved. */
export interface ActionText {
  readonly uri: Uri;
  readonly fileName: string;
  readonly text: string;
  readonly definition: Definition;
  readonly origin: Origin | null;
  /** Set when the text is a version that the service keeps. */
  readonly kept: KeptVersion | undefined;
}

/** Reads and parses an Action. Where it has problems, they are shown in its text and the command ends. */
export async function readAction(uri: Uri): Promise<ActionText> {
  if (uri.scheme !== schemes.action && !workspace.isTrusted) {
    throw new FlotillaError(
      'request.invalid',
      l10n.t('This workspace is not trusted, so its action files are not run. Trust it first.'),
    );
  }
  const document = await workspace.openTextDocument(uri);
  const text = document.getText();
  const kept = fromActionUri(uri);
  const fileName = kept === undefined ? workspace.asRelativePath(uri) : `${kept.name}.action.json`;
  // The parser brings the schema along: it is loaded with the first Action, not with the extension.
  const { parseAction } = await import('@flotilla/shared/definition/parseAction');
  const parsed = parseAction(text, fileName);
  if (!parsed.ok) {
    await showProblems(document, parsed.problems);
    throw new CancellationError();
  }
  const origin =
    kept === undefined
      ? { file: workspace.asRelativePath(uri), ...gitOriginOf(uri, document.isDirty) }
      : null;
  return { uri, fileName, text, definition: parsed.definition, origin, kept };
}

async function showProblems(document: TextDocument, problems: readonly SourceProblem[]): Promise<void> {
  const [first] = problems;
  if (first === undefined) return;
  const name = document.uri.path.split('/').at(-1) ?? '';
  const place = document.positionAt(first.offset);
  const sentence =
    problems.length === 1
      ? l10n.t('{0}, line {1}: {2}', name, place.line + 1, first.message)
      : l10n.t(
          '{0} has {1} problems. The first, in line {2}: {3}',
          name,
          problems.length,
          place.line + 1,
          first.message,
        );
  const goThere = l10n.t('Go to Problem');
  if ((await tell('error', sentence, goThere)) !== goThere) return;
  await window.showTextDocument(document, {
    selection: new Range(place, document.positionAt(first.offset + first.length)),
  });
}
