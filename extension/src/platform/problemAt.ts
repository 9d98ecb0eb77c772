import { Diagnostic, DiagnosticSeverity, type Range } from 'vscode';
import { shownText } from './shownText.ts';

/** What is wrong at a place of a document. */
export function problemAt(range: Range, message: string): Diagnostic {
  const problem = new Diagnostic(range, shownText('problem', message), DiagnosticSeverity.Error);
  problem.source = 'flotilla';
  return problem;
}
