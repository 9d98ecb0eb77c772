import type { ScopeQuery } from '@flotilla/shared/query/scopeQuery';
import { git, splitNul } from '../git/git.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { compilePattern } from './patterns.ts';
import type { SearchEngine } from './searchEngine.ts';

/** Searches the bare mirrors with git itself. */
export function gitEngine(mirrors: Mirrors): SearchEngine {
  return {
    async mismatch({ repositoryId, commit }, query, signal) {
      if (query.file.length === 0 && query.literal === null) return null;
      const gitDir = mirrors.pathOf(repositoryId);
      const matchers = query.file.map((pattern) => compilePattern(pattern, 'file:'));
      const paths =
        query.literal === null
          ? splitNul((await git(['ls-tree', '-r', '-z', '--name-only', commit], { gitDir, signal })).output)
          : await pathsWithText(gitDir, commit, query.literal, signal);
      return paths.some((path) => matchers.every((matches) => matches(path))) ? null : reasonFor(query);
    },
  };
}

/** Paths of the text files that contain a text, letter case aside. Binary files do not match. */
async function pathsWithText(
  gitDir: string,
  commit: string,
  text: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const args = [
    'grep',
    '--fixed-strings',
    '--ignore-case',
    '-I',
    '--name-only',
    '-z',
    '--threads=1',
    '-e',
    text,
    commit,
  ];
  const { output } = await git(args, { gitDir, signal, answers: [0, 1] });
  return splitNul(output).map((line) => line.slice(commit.length + 1));
}

function reasonFor(query: ScopeQuery): string {
  const files = query.file.map((pattern) => `file:${pattern.source}`).join(' ');
  if (query.literal === null) return `has no file that matches ${files}`;
  return files === ''
    ? `does not contain "${query.literal}"`
    : `has no file that matches ${files} and contains "${query.literal}"`;
}
