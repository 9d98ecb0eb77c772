import type { PullRequestRef } from './pullRequests.ts';

/** Why a code host did not do what it was asked for. */
export type HostErrorCode =
  /** There is a pull request of this branch into this base already. */
  | 'exists'
  /** The branch has nothing that its base does not have. */
  | 'noDiff'
  | 'headMissing'
  | 'baseMissing'
  /** The repository is archived, and can only be read. */
  | 'archived'
  | 'pullRequestsOff'
  /** The host takes no more open pull requests of this identity. */
  | 'openLimit'
  /** There is no such repository or pull request any more. */
  | 'gone'
  /** The credential is missing, unknown or expired. */
  | 'credential'
  /** The credential is good, and may not do this. */
  | 'forbidden'
  /** The head is not the commit that was named. */
  | 'stale'
  | 'conflict'
  /** A check, a review or the host itself is not ready for it yet. */
  | 'notReady'
  | 'cannotReopen'
  | 'badReviewer'
  | 'rateLimited'
  /** It could not be reached, or answered that it is in trouble. */
  | 'unavailable'
  /** It was asked for something that it does not understand: our bug, or another version of it. */
  | 'invalid';

/** Whether asking again may help, and when: times are Unix milliseconds by the clock of this machine. */
export type HostRetry = 'never' | 'backOff' | { readonly at: number };

export interface HostErrorOptions {
  readonly retry: HostRetry;
  /**
   * Whether the host may have done it all the same, because its answer was lost: look before asking again. False where it is
   * known that it did nothing.
   */
  readonly unclear?: boolean;
  /** The pull request that is in the way, where the host names it. */
  readonly existing?: PullRequestRef;
  readonly cause?: unknown;
}

/** A refusal or trouble of a code host. Its message is one sentence for people, without any secret. */
export class HostError extends Error {
  readonly code: HostErrorCode;
  readonly retry: HostRetry;
  readonly unclear: boolean;
  readonly existing: PullRequestRef | undefined;

  constructor(code: HostErrorCode, message: string, options: HostErrorOptions) {
    super(message, { cause: options.cause });
    this.name = 'HostError';
    this.code = code;
    this.retry = options.retry;
    this.unclear = options.unclear ?? false;
    this.existing = options.existing;
  }
}
