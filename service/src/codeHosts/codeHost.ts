/** A repository as its host describes it at this moment. */
export interface HostedRepository {
  /** Unique within the host. */
  readonly name: string;
  /** Where it is, for its host. */
  readonly place: string;
  /** Full name of the default branch, seen to exist; null when there is none. */
  readonly defaultBranch: string | null;
  readonly headCommit: string | null;
  /** Changes whenever any branch moves: equal fingerprints need no fetch. */
  readonly fingerprint: string;
  /** Why no Job can run on it; null when one can. */
  readonly reason: string | null;
}

/** Where git fetches a repository from, until it is disposed. */
export interface FetchSource extends AsyncDisposable {
  readonly location: string;
}

/** Where repositories live. Only the folder of a kind knows how. */
export interface CodeHost {
  readonly kind: 'directory';
  /** What identifies the host, for a directory its absolute path. */
  readonly location: string;
  /** A repository that cannot be read is listed with its reason, and stops no other. */
  list(signal?: AbortSignal): Promise<HostedRepository[]>;
  /** Makes a repository ready to be fetched. Throws an Error whose message is the reason when it cannot be read. */
  open(repository: HostedRepository): Promise<FetchSource>;
}
