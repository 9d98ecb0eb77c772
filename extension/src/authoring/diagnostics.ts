import { findScopeQueryProblems } from '@flotilla/shared/definition/scopeQueryProblems';
import { languages, Range, workspace, type TextDocument } from 'vscode';
import { Disposables, onDispose, type Disposable } from '../platform/disposables.ts';
import { problemAt } from '../platform/problemAt.ts';
import { isActionFile } from './actionFiles.ts';

/** Typing pauses for so long before the text is looked at. */
const pauseMs = 300;

/** Marks what is wrong in scope queries: the JSON Schema says the rest. */
export function registerDiagnostics(): Disposable {
  const owned = new Disposables();
  const diagnostics = owned.own(languages.createDiagnosticCollection('flotilla'));
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  owned.own(onDispose(() => waiting.forEach((timer) => clearTimeout(timer))));

  const look = (document: TextDocument) => {
    if (!isActionFile(document.uri)) return;
    const problems = findScopeQueryProblems(document.getText());
    diagnostics.set(
      document.uri,
      problems.map(({ message, offset, length }) => {
        const range = new Range(document.positionAt(offset), document.positionAt(offset + length));
        return problemAt(range, message);
      }),
    );
  };
  workspace.textDocuments.forEach(look);
  owned.own(workspace.onDidOpenTextDocument(look));
  owned.own(
    workspace.onDidChangeTextDocument(({ document }) => {
      if (!isActionFile(document.uri)) return;
      const key = document.uri.toString();
      clearTimeout(waiting.get(key));
      waiting.set(
        key,
        setTimeout(() => look(document), pauseMs),
      );
    }),
  );
  owned.own(
    workspace.onDidCloseTextDocument(({ uri }) => {
      clearTimeout(waiting.get(uri.toString()));
      waiting.delete(uri.toString());
      diagnostics.delete(uri);
    }),
  );
  return owned;
}
