import { basename, dirname } from 'node:path/posix';
import type { Page } from './page.ts';

const decision = /^docs\/decisions\/(\d{4})-[^/]+\.md$/;
/** The page that has all decisions by topic. */
const indexPath = 'docs/decisions/README.md';
const entry = /^- \[(\d{4})\]\(([^)]+)\) (.+)$/gm;

/** What is wrong with the index of the decisions: each is in it once, under its title, and no two have a number. */
export function indexProblems(pages: readonly Page[]): string[] {
  const decisions = pages.filter(({ path }) => decision.test(path));
  const index = pages.find(({ path }) => path === indexPath)?.text ?? '';
  const entries = [...index.matchAll(entry)].map(([, number = '', file = '', title = '']) => ({
    number,
    file,
    title,
  }));
  const problems: string[] = [];
  for (const { path, text } of decisions) {
    const number = numberOf(path);
    const twin = decisions.find((other) => other.path < path && numberOf(other.path) === number);
    if (twin !== undefined) problems.push(`${path} has the number of ${basename(twin.path)}`);
    const own = entries.filter(({ file }) => `${dirname(indexPath)}/${file}` === path);
    const title = titleOf(text);
    if (own.length !== 1 || own[0]?.number !== number || own[0].title !== title)
      problems.push(`${path} is to be once in ${indexPath}: - [${number}](${basename(path)}) ${title}`);
  }
  const paths = new Set(decisions.map(({ path }) => path));
  for (const { file } of entries)
    if (!paths.has(`${dirname(indexPath)}/${file}`))
      problems.push(`${indexPath} names ${file}, which is not there`);
  return problems;
}

function numberOf(path: string): string {
  return decision.exec(path)?.[1] ?? '';
}

/** Without its number, and with a capital letter. */
function titleOf(text: string): string {
  const [line = ''] = text.split('\n');
  const title = line.replace(/^# (?:\d{4}[:.]? )?/, '');
  return title.charAt(0).toUpperCase() + title.slice(1);
}
