/**
 * What the service tells an editor. Ids are numbers; times are Unix milliseconds by the database's clock unless
 * said otherwise; everything is plain JSON.
 */
import type { AttemptState } from './lifecycle/attemptLifecycle.ts';
import type { ExecutionState, JobCounts } from './lifecycle/executionState.ts';
import type { JobState } from './lifecycle/jobLifecycle.ts';
import type { Outcome, ServiceOutcome } from './lifecycle/outcome.ts';
import type { Phase, stepStates } from './protocol/runnerMessages.ts';
import type { LeftOutReason } from './query/leftOutReason.ts';
import type { NamedRepository, Target } from './target/target.ts';

export interface ServerView {
  readonly version: string;
  readonly protocol: { readonly min: number; readonly max: number };
  readonly user: { readonly name: string; readonly role: 'reader' | 'member' | 'admin' };
  /** Image of `command` steps whose Action names none. */
  readonly defaultImage: string;
  /** Runners seen within their lease. */
  readonly runnersOnline: number;
  /** When this was said. */
  readonly time: number;
}

export interface RepositoryView {
  readonly id: number;
  /** Unique on its code host. */
  readonly name: string;
  readonly codeHostId: number;
  readonly codeHost: string;
  /** Where people find it in a browser; null where there is no such page. */
  readonly url: string | null;
  /** Full name of the default branch; null when there is none. */
  readonly defaultBranch: string | null;
  readonly headCommit: string | null;
  /** Why Jobs cannot run on it, in a clause about it ("it is empty"); null when they can. */
  readonly reason: string | null;
}

/** A repository that a scope leaves out. */
export interface LeftOutView extends NamedRepository {
  readonly reason: LeftOutReason;
}

/** Where repositories live. */
export interface CodeHostView {
  readonly id: number;
  /** No two hosts share it. */
  readonly name: string;
  readonly kind: string;
  /** Why it could not be listed when that was last tried; null when it could. */
  readonly problem: string | null;
  /** When it was last listed to the end; null when it never was. */
  readonly listedAt: number | null;
  /** How many repositories it has. */
  readonly repositories: number;
  /** How far the scan is that goes on; null when none does, or it has only just begun. */
  readonly scan: {
    /** How many repositories it found; null while the host has not said that. */
    readonly listed: number | null;
    /** How many of them had moved and have been fetched, or said why they cannot be. */
    readonly fetched: number;
    /** How many are still to be looked at, or fetched. */
    readonly toGo: number;
  } | null;
}

/** What came of looking at all code hosts again. */
export interface SyncView {
  /** How many repositories the hosts have that have been scanned. */
  readonly repositories: number;
  /** How many of them had moved. */
  readonly changed: number;
  readonly hosts: readonly HostSyncView[];
}

export interface HostSyncView {
  readonly codeHostId: number;
  readonly codeHost: string;
  /** `away`: it could not be listed, see `problem`. `goesOn`: it gets nowhere for now, and nobody is kept waiting. */
  readonly state: 'scanned' | 'away' | 'goesOn';
  readonly repositories: number;
  readonly changed: number;
  readonly problem: string | null;
}

/** What an Execution would touch, and what it leaves out. */
export interface ScopePreview {
  readonly query: string;
  readonly targets: readonly Target[];
  readonly leftOut: readonly LeftOutView[];
}

/** A scope that is kept for who looked at it, for 15 minutes: an Execution can be made of just that. */
export interface KeptScopePreview extends ScopePreview {
  readonly id: string;
}

/** What has changed in a scope since somebody looked at it. */
export interface ScopeChanges {
  readonly added: readonly Target[];
  readonly gone: readonly { readonly target: Target; readonly reason: LeftOutReason }[];
  /** Targets that are at another commit, each with the one that it was at. */
  readonly moved: readonly { readonly target: Target; readonly from: string }[];
}

/** The same, with the scope as it is now. */
export interface ChangedScope extends ScopeChanges {
  readonly now: KeptScopePreview;
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
  /** Queued Jobs that may not be claimed yet: paused, over `maxParallel`, or waiting to be tried again. */
  readonly held: number;
  /** Why no Job of it is started; null when it is not paused. */
  readonly paused: PauseView | null;
  readonly priority: number;
  readonly maxParallel: number | null;
  readonly maxFailures: number | null;
  /** Null where no person asked for it. */
  readonly createdBy: string | null;
  /** Whether the asking user started it. */
  readonly mine: boolean;
  readonly createdAt: number;
  /** First claim of a Job; null while all are queued. */
  readonly startedAt: number | null;
  /** End of the last Job; null while any is live. */
  readonly endedAt: number | null;
}

/** A pause of an Execution. */
export interface PauseView {
  readonly at: number;
  /** The user who asked for it; null when so many Jobs had failed as its `maxFailures` says. */
  readonly by: string | null;
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

export interface JobView extends Target {
  readonly id: number;
  readonly executionId: number;
  readonly state: JobState;
  readonly attemptCount: number;
  /** Whether a queued Job may not be claimed yet; `jobs.waiting` says why. False for all others. */
  readonly held: boolean;
  /** Labels that its Runner must have. */
  readonly requires: readonly string[];
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

/** Why a queued Job waits. The first that holds of the list below. */
export type WaitingReason =
  /** Its Execution is paused. */
  | 'paused'
  /** It errored and is tried again later. */
  | 'backOff'
  /** So many Jobs of its Execution are running, or are to be claimed before it, as `maxParallel` permits. */
  | 'maxParallel'
  /** No Runner is online. */
  | 'noRunner'
  /** Runners are online, and none has all the labels that it requires. */
  | 'noRunnerWithLabels'
  /** All Runners that could take it are draining or have a problem. */
  | 'runnersNotClaiming'
  /** It waits for its turn. */
  | 'turn';

/** Where a queued Job stands. */
export interface WaitingView {
  readonly jobId: number;
  readonly reason: WaitingReason;
  /** One sentence for people. */
  readonly message: string;
  /** Its place among the Jobs that may be claimed by Runners with its labels, from 1; null while it is held. */
  readonly place: number | null;
  /** When it is tried again, for `backOff`. */
  readonly until: number | null;
}

/** A piece of background work that the service owes. */
export interface WorkView {
  readonly id: number;
  /** Which handler does it. */
  readonly kind: string;
  /** What is done, in words. */
  readonly title: string;
  /** `due` waits only for a replica with room. */
  readonly state: 'running' | 'due' | 'waiting';
  readonly askedAt: number;
  /** When it is done, or tried again; null while it is running. */
  readonly dueAt: number | null;
  /** The replica that has it, while it is running. */
  readonly replica: string | null;
  /** How often it was taken since it last got on. */
  readonly tries: number;
  /** Why it was not done when it was last taken, in a sentence; null when it was not taken, or got on. */
  readonly reason: string | null;
  /** What was thrown then, for admins; null for others, and where the reason says all. */
  readonly error: string | null;
}

/** A Runner as people see it. */
export interface RunnerView {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly labels: readonly string[];
  readonly capacity: number;
  /** Operating system, Docker, cores, memory. */
  readonly description: string;
  /** Its live Attempts. */
  readonly running: number;
  readonly lastSeenAt: number;
  /** Whether it has been seen within its lease. */
  readonly online: boolean;
  /** Whether it finishes what it has and claims nothing more. */
  readonly draining: boolean;
  /** Whether a person asked for that. */
  readonly drainRequested: boolean;
  /** Why it claims nothing at present; null when it can work. */
  readonly problem: string | null;
}

/** What a Runner works on: a live Attempt, with the Job that it is of. */
export interface RunnerJobView extends Target {
  readonly attemptId: number;
  /** Number of the Attempt among those of its Job, from 1. */
  readonly number: number;
  readonly jobId: number;
  readonly executionId: number;
  readonly actionName: string;
  /** Claimed until it has a slot and its time begins. */
  readonly state: 'claimed' | 'running';
  readonly claimedAt: number;
}

/** How much there is to do. */
export interface QueueView {
  /** Jobs that may be claimed now. */
  readonly ready: number;
  /** Queued Jobs that may not be claimed yet. */
  readonly held: number;
  readonly running: number;
  /** Capacity of the Runners that are online and claim. */
  readonly capacity: number;
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
  /** What its time went to, beside its Steps. By the runner's clock. */
  readonly phases: readonly Phase[];
  /** Its Patch, also when another Attempt is the result by now; null when there is none. */
  readonly patch: PatchView | null;
  /** Whether log and Patch were deleted because they had been kept for as long as they had to be. */
  readonly expired: boolean;
  /** Since when its Job waited for it; null where that was before the service kept it. */
  readonly queuedAt: number | null;
  readonly claimedAt: number;
  readonly endedAt: number | null;
  /** Bytes of the log so far, headers of frames included. */
  readonly logLength: number;
  /** Whether the log is complete and was verified. */
  readonly logSealed: boolean;
  /** In what the stored log is not the one that the Runner wrote; null when nothing is known to be wrong with it. */
  readonly logDamage: string | null;
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

/** In what the results of two Attempts differ. Both trees can be read from the service. */
export interface ComparedAttempts {
  /** What the first left behind: the tree of its Patch, or the base where it has none. */
  readonly baseTree: string;
  /** What the second left behind. */
  readonly resultTree: string;
  readonly files: readonly ChangedFile[];
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
