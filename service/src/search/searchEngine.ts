import type { ScopeQuery } from '@flotilla/shared/query/scopeQuery';

/** A repository at a commit, as a search looks at it. */
export interface SearchedRepository {
  readonly repositoryId: number;
  readonly name: string;
  readonly commit: string;
}

/**
 * Answers whether a repository has what a query's `file:` and text ask for. Behind an interface, so that a Zoekt or
 * Sourcegraph server can take the place of git at scale.
 */
export interface SearchEngine {
  /** Null when it matches; else the reason why not, as the end of a sentence that begins with "it". */
  mismatch(repository: SearchedRepository, query: ScopeQuery, signal?: AbortSignal): Promise<string | null>;
}
