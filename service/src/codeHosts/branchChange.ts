/** A branch as it is to be on a code host. */
export interface BranchChange {
  /** The bare mirror that has the commit and everything that it needs. */
  readonly mirrorPath: string;
  /** `refs/heads/…` */
  readonly branch: string;
  /** Full id; null deletes the branch. */
  readonly commit: string | null;
  /** The commit that it must be at, or null when it must not be there: anything else is left as it is. */
  readonly expect: string | null;
}

/** What came of it. The host compared and moved in one step, so that what others push at the same time is never lost. */
export type PushOutcome =
  | { readonly kind: 'done' }
  /** The branch was as it is to be already: a repetition. */
  | { readonly kind: 'same' }
  /** It was at another commit, or not there (null), and was left so. */
  | { readonly kind: 'stale'; readonly remote: string | null }
  /** A rule of the repository or the host forbids it: a clause for people about the branch, such as "it is checked out". */
  | { readonly kind: 'refused'; readonly rule: string };
