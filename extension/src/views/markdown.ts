import { MarkdownString } from 'vscode';

/** Text from outside as code: nothing in it is Markdown. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text.replace(/\s+/g, ' ')} ${fence}`;
}

/** Untrusted and without HTML, as MarkdownString is by default: no command of a link in it would run. */
export function lines(...parts: readonly string[]): MarkdownString {
  return new MarkdownString(parts.join('\n\n'));
}
