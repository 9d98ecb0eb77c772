/**
 * What the service tells an editor. Ids are numbers; times are Unix milliseconds by the database's clock unless
 * said otherwise; everything is plain JSON.
 */
import type { AttemptState } from './lifecycle/attemptLifecycle.ts';
import type { ExecutionState, JobCounts } from './lifecycle/executionState.ts';
import type { JobState } from './lifecycle/jobLifecycle.ts';
import type { Outcome, ServiceOutcome } from './lifecycle/outcome.ts';
import type { stepStates } from './protocol/runnerMessages.ts';

export interface ServerView {
  readonly version: string;
  readonly protocol: { readonly min: number; readonly max: number };
  readonly user: { readonly name: string; readonly role: 'reader' | 'member' | 'admin' };
  /** Image of `command` steps whose Action names none. */
  readonly defaultImage: string;
  /** Runners seen within their lease. */
  readonly runnersOnline: number;
}

export interface RepositoryView {
  readonly id: number;
  readonly name: string;
  /** Full name of the default branch; null when there is none. */
  readonly defaultBranch: string | null;
  readonly headCommit: string | null;
  /** Why Jobs cannot run on it; null when they can. */
  readonly reason: string | null;
}

export interface TargetView {
  readonly repositoryId: number;
  readonly repository: string;
  readonly baseRef: string;
  readonly baseRevision: string;
}

/** What an Execution would touch, and what it leaves out. */
export interface ScopePreview {
  readonly query: string;
  readonly targets: readonly TargetView[];
  readonly leftOut: readonly { readonly repository: string; readonly reason: string }[];
}

/** Where a version of an Action came from. */
export interface Origin {
  /** Path or URI of the file, as the editor shows it. */
  readonly file: string;
  readonly repository?: string | undefined;
  readonly commit?: string | undefined;
  /** Whether the file differed from that commit. */
  readonly dirty?: boolean | undefined;
}

export interface ActionView {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly latestVersion: number;
  readonly origin: Origin | null;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

export interface ActionVersionView {
  readonly actionId: number;
  readonly name: string;
  readonly version: number;
  readonly text: string;
  readonly origin: Origin | null;
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface ExecutionView {
  readonly id: number;
  readonly actionId: number;
  readonly actionName: string;
  readonly actionVersion: number;
  readonly scopeQuery: string;
  readonly state: ExecutionState;
  readonly counts: JobCounts;
  /** Jobs whose result has a Patch. */
  readonly changed: number;
  readonly createdBy: string;
  /** Whether the asking user started it. */
  readonly mine: boolean;
  readonly createdAt: number;
  /** First claim of a Job; null while all are queued. */
  readonly startedAt: number | null;
  /** End of the last Job; null while any is live. */
  readonly endedAt: number | null;
}

/** Size and place of an Attempt's Patch. Both trees can be read from the service. */
export interface PatchView {
  readonly attemptId: number;
  readonly baseTree: string;
  readonly resultTree: string;
  readonly files: number;
  readonly addedLines: number;
  readonly removedLines: number;
}

export interface JobView {
  readonly id: number;
  readonly executionId: number;
  readonly repositoryId: number;
  readonly repository: string;
  readonly baseRef: string;
  readonly baseRevision: string;
  readonly state: JobState;
  readonly attemptCount: number;
  /** The latest Attempt; null before the first claim. */
  readonly currentAttemptId: number | null;
  /** How the latest Attempt ended; null while it lives. */
  readonly outcome: Outcome | ServiceOutcome | null;
  /** The Patch of the result; null when there is none or nothing changed. */
  readonly patch: PatchView | null;
  /** Whether a reviewer left the Job in. Kept by the service. */
  readonly included: boolean;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

export interface StepView {
  readonly index: number;
  /** The command in one line, for people. */
  readonly title: string;
  readonly image: string;
  readonly imageDigest: string | null;
  readonly state: (typeof stepStates)[number];
  readonly exitCode: number | null;
  /** By the runner's clock. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

export interface AttemptView {
  readonly id: number;
  readonly jobId: number;
  readonly number: number;
  readonly state: AttemptState;
  readonly outcome: Outcome | ServiceOutcome | null;
  readonly runner: string;
  readonly claimedAt: number;
  readonly endedAt: number | null;
  /** Bytes of the log so far, headers of frames included. */
  readonly logLength: number;
  /** Whether the log is complete and was verified. */
  readonly logSealed: boolean;
  readonly logLimitReached: boolean;
  readonly steps: readonly StepView[];
}

export interface ChangedFile {
  readonly path: string;
  /** The path before a rename; null otherwise. */
  readonly previousPath: string | null;
  readonly status: 'added' | 'modified' | 'deleted' | 'renamed' | 'typeChanged';
  /** Added and removed lines; null for binary files. */
  readonly addedLines: number | null;
  readonly removedLines: number | null;
  /** Git mode before and after, such as `100644`; null where the file does not exist. */
  readonly baseMode: string | null;
  readonly resultMode: string | null;
  readonly included: boolean;
}

/** One message of the feed of changes: whole rows that replace what the editor holds. */
export interface Changes {
  readonly executions: readonly ExecutionView[];
  readonly jobs: readonly JobView[];
  /** Attempts that changed, also where their Job did not; their Steps come with them. */
  readonly attempts: readonly AttemptView[];
  readonly runnersOnline: number;
}

/** One message of a followed log. */
export type LogMessage =
  | {
      readonly kind: 'chunk';
      /** Offset of the first byte in the log stream. */
      readonly offset: number;
      /** Base64 of bytes of the framed stream; see logs/frame.ts. */
      readonly data: string;
    }
  | {
      /** The Attempt has ended and every byte has been sent. */
      readonly kind: 'end';
      readonly offset: number;
      readonly state: AttemptState;
    };
