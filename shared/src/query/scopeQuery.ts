/** A scope query, parsed. All conditions must hold. */
export interface ScopeQuery {
  /** Regular expressions (RE2) of which each must match the repository's name: `repo:`. */
  readonly repo: readonly Pattern[];
  /** Regular expressions (RE2) of which none may match the repository's name: `-repo:`. */
  readonly notRepo: readonly Pattern[];
  /** Regular expressions (RE2) of which each must match the path of one and the same file: `file:`. */
  readonly file: readonly Pattern[];
  /** Exact text that a file must contain, letter case aside; null when only names are asked for. */
  readonly literal: string | null;
  /** The most Targets to take, in the order of the repositories' names; null means all: `count:`. */
  readonly count: number | null;
}

/** A regular expression with its place in the query, so that an error can point to it. */
export interface Pattern {
  readonly source: string;
  readonly offset: number;
}
