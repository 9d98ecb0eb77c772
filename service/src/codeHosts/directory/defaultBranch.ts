/** What a repository says about its branches. Names are full (`refs/heads/…`) unless said otherwise. */
export interface BranchFacts {
  /** Branches and the commits they are at. */
  readonly branches: ReadonlyMap<string, string>;
  /** `flotilla.defaultBranch` of the repository's configuration, short or full; empty when not set. */
  readonly configured: string;
  /** What `refs/remotes/origin/HEAD` points to; empty when it is not there. */
  readonly originHead: string;
  /** What HEAD points to; empty when it is detached. */
  readonly head: string;
}

/** The default branch: the configured one, else that of origin, else HEAD; the first of them that exists (docs/user/actionFile.md). */
export function chooseDefaultBranch(facts: BranchFacts): string | null {
  const candidates = [
    facts.configured.replace(/^(?!refs\/)(?=.)/, 'refs/heads/'),
    facts.originHead.replace(/^refs\/remotes\/origin\//, 'refs/heads/'),
    facts.head,
  ];
  return candidates.find((candidate) => facts.branches.has(candidate)) ?? null;
}
