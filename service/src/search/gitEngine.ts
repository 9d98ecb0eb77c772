import type { LeftOutReason } from '@flotilla/shared/query/leftOutReason';
import type { ScopeQuery } from '@flotilla/shared/query/scopeQuery';
import { GitError, readGit } from '../git/git.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { oneReason } from '../repositories/oneReason.ts';
import { findMatchingPath, maxPaths, type PathSearch } from './matchingPath.ts';
import type { SearchEngine, SearchedRepository, Search, Searcher } from './searchEngine.ts';
import { shortened } from './shortened.ts';

/** Searches the bare mirrors with git itself. */
export function gitEngine(mirrors: Mirrors): SearchEngine {
  return {
    async mismatch(repository, search, searcher) {
      const { query } = search;
      if (query.file.length === 0 && query.literal === null) return null;
      try {
        const gitDir = mirrors.pathOf(repository.repositoryId);
        return reasonFor(query, await searchPaths(gitDir, repository, search, searcher));
      } catch (error) {
        // One that is broken, or too large to be searched, stops no other.
        if (!(error instanceof GitError)) throw error;
        return { kind: 'notSearched', problem: oneReason(error) };
      }
    },
  };
}

async function searchPaths(
  gitDir: string,
  { commit }: SearchedRepository,
  { query: { literal }, file }: Search,
  { purpose, user, signal }: Searcher,
): Promise<PathSearch> {
  const options = { gitDir, signal, lane: purpose, owner: `user:${user.id}` } as const;
  if (literal === null) {
    const args = ['ls-tree', '-r', '-z', '--name-only', commit];
    return readGit(args, options, (output) => findMatchingPath(output, file));
  }
  // It writes the commit and a colon before each path.
  const prefixLength = commit.length + 1;
  return readGit(grep(commit, literal), { ...options, answers: [0, 1] }, (output) =>
    findMatchingPath(output, file, prefixLength),
  );
}

/** Paths of the text files that contain a text, letter case aside. Binary files do not match. */
function grep(commit: string, text: string): string[] {
  const options = ['--fixed-strings', '--ignore-case', '-I', '--name-only', '-z', '--threads=1'];
  return ['grep', ...options, '-e', text, commit];
}

function reasonFor(query: ScopeQuery, search: PathSearch): LeftOutReason | null {
  if (search === 'found') return null;
  if (search === 'tooMany') return { kind: 'tooManyFiles', most: maxPaths };
  const text = query.literal === null ? null : shortened(query.literal);
  if (query.file.length === 0 && text !== null) return { kind: 'noText', text };
  const files = shortened(query.file.map((pattern) => `file:${pattern.source}`).join(' '));
  return { kind: 'noFile', files, text };
}
