import { MarkdownString } from 'vscode';

/**
 * Paragraphs of Markdown, in which every text from outside went through `shownText`. Untrusted and without HTML, as
 * MarkdownString is by default: no command of a link in it would run.
 */
export function lines(...parts: readonly string[]): MarkdownString {
  return new MarkdownString(parts.join('\n\n'));
}
