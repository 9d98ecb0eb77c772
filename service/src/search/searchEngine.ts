import type { LeftOutReason } from '@flotilla/shared/query/leftOutReason';
import type { ScopeQuery } from '@flotilla/shared/query/scopeQuery';
import type { User } from '../auth/tokens.ts';
import type { Matcher } from './patterns.ts';

/** A repository at a commit, as a search looks at it. */
export interface SearchedRepository {
  readonly repositoryId: number;
  readonly name: string;
  readonly commit: string;
}

/** What a repository is searched for. */
export interface Search {
  readonly query: ScopeQuery;
  /** Of the query's `file:`; each has to match the same path. */
  readonly file: readonly Matcher[];
}

/** Who searches. */
export interface Searcher {
  /** Whether for a preview, or for the Jobs of an Execution. */
  readonly purpose: 'search' | 'resolution';
  /** Finds what they may see alone. */
  readonly user: Pick<User, 'id' | 'sees'>;
  /** Its abort ends the search. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Answers whether a repository has what a query's `file:` and text ask for. Behind an interface, so that a Zoekt or
 * Sourcegraph server can take the place of git at scale.
 */
export interface SearchEngine {
  /** Null when it matches; else why not: also when it cannot be searched, or not within the limits of a search. */
  mismatch(repository: SearchedRepository, search: Search, searcher: Searcher): Promise<LeftOutReason | null>;
}
