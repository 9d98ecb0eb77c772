import type { SecretValue } from '../secrets/secretValue.ts';
import type { BranchChange, PushOutcome } from './branchChange.ts';
import type { PullRequestAbilities, PullRequests } from './pullRequests.ts';
import type { RepositoryRef } from './repositoryRef.ts';

/** What a host knows of a repository besides its branches, for people and for filters. */
export interface RepositoryFacts {
  /** Where people find it in a browser; null where there is no such page. */
  readonly url: string | null;
  readonly archived: boolean;
  readonly fork: boolean;
  /** Null where the host knows of no such thing. */
  readonly visibility: 'public' | 'internal' | 'private' | null;
  readonly description: string | null;
  readonly topics: readonly string[];
  /** The main language, by the host's own word. */
  readonly language: string | null;
  /** When somebody last pushed to it, by the host's clock. */
  readonly pushedAt: Date | null;
}

/** A repository as its host describes it at this moment. */
export interface HostedRepository {
  /** The host's own id, which outlives a new name; null where the name is the identity, see {@link HostAbilities}. */
  readonly externalId: string | null;
  /** Unique within the host. */
  readonly name: string;
  /** Full name of the default branch, seen to exist; null when there is none. */
  readonly defaultBranch: string | null;
  readonly headCommit: string | null;
  /** Changes whenever any branch moves: equal fingerprints need no fetch. */
  readonly fingerprint: string;
  /** Why no Job can run on it; null when one can. */
  readonly reason: string | null;
  readonly facts: RepositoryFacts;
  /** Whether the credential may write branches; absent where the host does not say. */
  readonly mayPush?: boolean;
  /** What it takes on the host's disk; absent where the host does not say. */
  readonly bytes?: number;
}

/** What a host says of all its repositories. */
export interface HostListing {
  readonly repositories: readonly HostedRepository[];
  /** Places that could not be looked at: what was known there stays, and no Job can run on it. */
  readonly unseen: readonly UnseenPlace[];
}

export interface UnseenPlace {
  /** With what the names of the repositories there begin, before a slash; empty for all. One may have just this name. */
  readonly place: string;
  /** Why, as a reason of a repository. */
  readonly reason: string;
}

/** How git reaches a repository, until it is disposed. */
export interface GitAccess extends AsyncDisposable {
  /** Without any secret: it is an argument of git. */
  readonly url: string;
  /** The one protocol that git may use for it. All but `file` go over a network. */
  readonly protocol: 'file' | 'http' | 'https' | 'ssh';
  /** Options before git's command, such as those that name a helper for credentials; never a secret. */
  readonly options?: readonly string[];
  /** Variables of git's environment; never a secret, but the names of files that have some. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a host can do, as data, so that nobody asks for its kind. */
export interface HostAbilities {
  /** Whether repositories have ids that outlive a new name; else the name is the identity. */
  readonly stableIds: boolean;
  /** Whether branches can be written. */
  readonly push: boolean;
  /** Whether it knows which repositories are archived, forks and private; else {@link RepositoryFacts} say nothing of it. */
  readonly describes: boolean;
  /** Null where a branch is all that there is to publish. */
  readonly pullRequests: PullRequestAbilities | null;
}

/** Where repositories live. Only the folder of a kind knows how. */
export interface CodeHost {
  readonly kind: string;
  /** What identifies the host, for a directory its absolute path. */
  readonly location: string;
  readonly can: HostAbilities;
  /**
   * All repositories. It is complete, says what it did not see, or throws an Error whose message is the reason, because what is
   * missing is taken for gone. A repository that cannot be read is listed with its reason, and stops no other.
   */
  list(signal?: AbortSignal): Promise<HostListing>;
  /** Who the credential belongs to there; absent where the host knows of nobody. Throws as {@link list} does. */
  account?(signal?: AbortSignal): Promise<string>;
  /** One of them, described as {@link list} does; undefined when the host has it no more. Throws as that does. */
  look(repository: RepositoryRef, signal?: AbortSignal): Promise<HostedRepository | undefined>;
  /** Makes a repository ready for git. Throws an Error whose message is the reason when it cannot be read. */
  access(repository: RepositoryRef, use: 'fetch' | 'push'): Promise<GitAccess>;
  /**
   * The commits of some branches (`refs/heads/…`) at this moment; one that is not there is not in the answer. Throws as
   * {@link list} does.
   */
  heads(
    repository: RepositoryRef,
    branches: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>;
  /** Moves one branch, or makes or deletes it. Throws a {@link HostError}. Only where {@link HostAbilities.push} says so. */
  push(repository: RepositoryRef, change: BranchChange, signal?: AbortSignal): Promise<PushOutcome>;
  /** Absent where {@link HostAbilities.pullRequests} is null. */
  readonly pullRequests?: PullRequests;
}

/** What a kind gets to open one of its hosts. */
export interface HostContext {
  /** Of its row. */
  readonly hostId: number;
  /** The credential of the service at this host, read anew each time, because it may be replaced; undefined without one. */
  credential(): Promise<SecretValue | undefined>;
}

export type HostProtocol = 'https:' | 'http:' | 'ssh:';

/** A kind of code host. Each has a folder beside this file, with the same files in it. */
export interface CodeHostKind {
  /** Those that an address of it may have, as a URL has them (`https:`); none for a kind that nobody connects. */
  readonly protocols: readonly HostProtocol[];
  /**
   * Opens a host. `settings` are what its row holds besides the location, and come from a database: an Error whose message is
   * the reason is thrown when they are not this kind's.
   */
  open(location: string, settings: unknown, context: HostContext): CodeHost;
}
