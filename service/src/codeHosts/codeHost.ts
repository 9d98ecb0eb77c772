/** A repository as its host describes it at this moment. */
export interface HostedRepository {
  /** Unique within the host. */
  readonly name: string;
  /** Where git fetches it from. */
  readonly location: string;
  /** Full name of the default branch, seen to exist; null when there is none. */
  readonly defaultBranch: string | null;
  readonly headCommit: string | null;
  /** Changes whenever any branch moves: equal fingerprints need no fetch. */
  readonly fingerprint: string;
  /** Why no Job can run on it; null when one can. */
  readonly reason: string | null;
}

/** Where repositories live. Only the folder of a kind knows how. */
export interface CodeHost {
  readonly kind: 'directory';
  /** What identifies the host, for a directory its absolute path. */
  readonly location: string;
  list(signal?: AbortSignal): Promise<HostedRepository[]>;
}
