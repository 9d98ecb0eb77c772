import { manyLines, oneLine, shortened } from '@flotilla/shared/text/oneLine';

/**
 * Where VS Code shows a text, and what it makes of one there:
 * - `toast`: a notification, its progress, what is said above the rows of a view, words below an input. VS Code makes
 *   links of `[text](command:…)` and `[text](https://…)`, and a click on such a link runs the command.
 * - `dialog`: the sentence and the details of a question in the middle of the window, which may have several lines.
 * - `choice`: a row of a quick pick, an item of the status bar: `$(name)` becomes an icon.
 * - `row`: label and description of a row of a tree, and what is read out for it; a title of a tab, a view or a channel.
 * - `tooltip`: a plain one, which may have several lines.
 * - `problem`: what is wrong in a document, or why there is none.
 * - `markdown`: within a MarkdownString, which makes links, images and icons.
 * - `code`: the same, as a span of code.
 * - `log`: an entry of the extension's own log: what follows its first line is indented, so that none looks like another
 *   entry.
 */
export type Place =
  | 'toast'
  | 'dialog'
  | 'choice'
  | 'row'
  | 'tooltip'
  | 'problem'
  | 'markdown'
  | 'code'
  | 'log';

/** UTF-16 code units that are shown at a place at most; the log and the documents have the whole of most texts. */
const maxCharacters: Readonly<Record<Place, number>> = {
  toast: 400,
  dialog: 2000,
  choice: 400,
  row: 400,
  tooltip: 4000,
  problem: 1000,
  markdown: 2000,
  code: 2000,
  log: 16_000,
};

const neutralise: Readonly<Record<Place, (text: string) => string>> = {
  toast: (text) => withoutLinks(oneLine(text)),
  dialog: (text) => withoutLinks(manyLines(text)),
  choice: (text) => withoutIcons(oneLine(text)),
  row: (text) => withoutIcons(oneLine(text)),
  tooltip: (text) => withoutIcons(manyLines(text)),
  problem: (text) => withoutLinks(oneLine(text)),
  markdown: (text) => oneLine(text).replace(/[\\`*_{}[\]()#+\-.!|<>~&:@$=^"']/g, '\\$&'),
  code: (text) => codeSpan(oneLine(text.replace(/\s+/g, ' '))),
  log: (text) => manyLines(text).replaceAll('\n', '\n    '),
};

/**
 * A text that came from outside (a service, a repository, a file, a Step), made harmless for a place where VS Code shows
 * it: it is seen there as the text it is, in one line where the place has one, and cut where it is too long.
 */
export function shownText(place: Place, text: string): string {
  return neutralise[place](shortened(text, maxCharacters[place]));
}

// VS Code looks for the characters beside each other, and nobody sees what is put between them.
const nothing = '\u200b';

function withoutLinks(text: string): string {
  return text.replaceAll('](', `]${nothing}(`);
}

function withoutIcons(text: string): string {
  return text.replaceAll('$(', `$${nothing}(`);
}

function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text} ${fence}`;
}
