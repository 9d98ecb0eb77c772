import { dirname, join } from 'node:path/posix';
import type { Page } from './page.ts';

const link = /\]\(([^)\s]+)\)/g;
const code = /`([\w.-]+(?:\/[\w.-]+)+\.(?:ts|mjs|sql))`/g;

/**
 * Links of pages that lead nowhere, and files that are named and not there: by their path or the end of one. Decisions say what
 * was, so that files which they name may be gone. `paths` are those of all files.
 */
export function linkProblems(pages: readonly Page[], paths: readonly string[]): string[] {
  const files = new Set(paths);
  const ends = new Set(paths.flatMap(endsOf));
  return pages.flatMap(({ path, text }) => {
    if (!path.endsWith('.md')) return [];
    const targets = [...text.matchAll(link)].map(([, target = '']) => target);
    const dead = targets.filter((target) => !leadsSomewhere(target, path, files));
    const named = path.startsWith('docs/decisions/')
      ? []
      : [...text.matchAll(code)].map(([, name = '']) => name);
    const gone = named.filter((name) => !ends.has(name));
    return [
      ...dead.map((target) => `${path} has a link to ${target}, which is not there`),
      ...gone.map((name) => `${path} names ${name}, which is not there`),
    ];
  });
}

function leadsSomewhere(target: string, from: string, files: ReadonlySet<string>): boolean {
  const [file = ''] = target.split('#');
  if (file === '' || /^[a-z+]+:/.test(file)) return true;
  const path = join(dirname(from), decodeURI(file)).replace(/\/$/, '');
  return files.has(path) || [...files].some((other) => other.startsWith(`${path}/`));
}

/** `a/b/c.ts`, `b/c.ts`, `c.ts`. */
function endsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_part, index) => parts.slice(index).join('/'));
}
