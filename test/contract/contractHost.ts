import type { CodeHost, HostAbilities } from '../../service/src/codeHosts/codeHost.ts';
import type { RepositoryRef } from '../../service/src/codeHosts/repositoryRef.ts';
import type { FileContent } from '../support/repositories.ts';
import type { Clone } from './clone.ts';

/** A kind of code host whose contract is tested. What a case needs besides is data, so that nobody asks for its name. */
export interface ContractKind {
  readonly name: string;
  readonly can: HostAbilities;
  /** Whether it asks for a password or a token over http, which it could lose to others. */
  readonly takesToken: boolean;
  readonly open: () => Promise<ContractHost>;
}

/** A host that is there, with an account of the service. */
export interface ContractHost extends AsyncDisposable {
  /** As the service has it. */
  readonly host: CodeHost;
  /** The credential that it has; empty where there is none. */
  readonly secret: string;
  /** An address of that kind at which nothing answers. */
  readonly away: string;
  /** The same host at another address, or with another credential; undefined is none. */
  readonly openAt: (options: {
    readonly location?: string;
    readonly secret?: string | undefined;
  }) => CodeHost;
  /** A repository with one commit on `main`, unless it says so. */
  readonly makeRepository: (options?: NewRepository) => Promise<RepositoryByHand>;
}

export interface NewRepository {
  readonly files?: Readonly<Record<string, FileContent>>;
  readonly empty?: boolean;
  readonly private?: boolean;
}

/** A repository, and what people do with it. */
export interface RepositoryByHand {
  readonly ref: RepositoryRef;
  /** Of somebody who may do everything, and is not the service. */
  readonly clone: Clone;
  /** Makes a rule, or whatever there is, by which the service may not move a branch; answers what the refusal has to name. */
  readonly protect: (branch: string) => Promise<RegExp>;
  /** Where {@link HostAbilities.describes} says so. */
  readonly archive?: () => Promise<void>;
  readonly fork?: () => Promise<RepositoryRef>;
  /** Where {@link HostAbilities.stableIds} says so; the name that it has by then. */
  readonly rename?: () => Promise<string>;
  /** Where {@link HostAbilities.pullRequests} says so. */
  readonly pullRequests?: PullRequestsByHand;
}

/** What people do with pull requests. */
export interface PullRequestsByHand {
  /** The login of the service. */
  readonly service: string;
  /** Of somebody who may be asked for reviews, and assigned. */
  readonly reviewer: string;
  readonly makeLabel: (name: string) => Promise<void>;
  readonly switchOff: () => Promise<void>;
  /** A pull request of a branch of the same name in a fork of somebody else. */
  readonly openFromFork: (branch: string) => Promise<number>;
  readonly merge: (number: number) => Promise<void>;
  readonly close: (number: number) => Promise<void>;
  readonly retitle: (number: number, title: string) => Promise<void>;
  /** What was said below it. */
  readonly comments: (number: number) => Promise<readonly string[]>;
  readonly review: (number: number, opinion: 'approve' | 'requestChanges' | 'comment') => Promise<void>;
  /** Where {@link PullRequestAbilities.checks} says so. */
  readonly report?: (commit: string, state: 'pending' | 'success' | 'failure') => Promise<void>;
  /** Lets nobody merge into a branch before a check has succeeded. */
  readonly requireCheck?: (branch: string) => Promise<void>;
}
