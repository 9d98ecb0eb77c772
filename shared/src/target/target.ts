/** A repository as the service knows it. The id tells it from others; names are for people. */
export interface NamedRepository {
  readonly codeHostId: number;
  /** What people call its code host; no two hosts share a name. */
  readonly codeHost: string;
  readonly repositoryId: number;
  /** Unique on its host, and perhaps not beyond. */
  readonly repository: string;
}

/** Where a Job works. In an Execution no two Jobs share repository, branch and directory. */
export interface Target extends NamedRepository {
  /** Full name of the branch (`refs/heads/…`) that a pull request would go to. */
  readonly baseRef: string;
  /** Full id of the commit that Steps find; resolved once. */
  readonly baseRevision: string;
  /** Folder inside the repository, without slashes at its ends; empty for all of it. */
  readonly directory: string;
}
