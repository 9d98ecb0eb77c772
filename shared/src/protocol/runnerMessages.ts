/**
 * The messages between a runner and the service: tRPC over WebSocket on `/runner`, except for log and patch
 * bytes, which go as binary over HTTP (see streams.ts). Every call is idempotent. Authorised by the runner's token,
 * and what concerns an Attempt by its lease token besides.
 */
import { z } from 'zod';
import type { Resources, SandboxProfile } from '../definition/definition.ts';
import { outcome, written } from '../lifecycle/outcome.ts';
import type { Target } from '../target/target.ts';
import { storable } from './storable.ts';

const leaseToken = z.uuid();
const attemptId = z.number().int().positive();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** An Attempt as its holder names it. */
export const leaseRef = z.object({ attemptId, leaseToken });
export type LeaseRef = z.infer<typeof leaseRef>;

export const helloInput = z.object({
  protocol: z.object({ min: z.number().int(), max: z.number().int() }),
  name: storable(200).min(1),
  /**
   * Made when the runner's process starts. A hello with another instance than the last one says that the old process
   * is gone: its Attempts that are not in `attempts` are lost at once. One with the same instance is a reconnect.
   */
  instance: z.uuid(),
  version: written(100),
  labels: z.array(storable(100)).max(50),
  /** How many Jobs it runs at once. */
  capacity: z.number().int().min(1).max(256),
  /** For people: operating system, Docker version, cores, memory. */
  description: written(500),
  /**
   * Attempts it still works on after a lost connection; of a new instance those whose output it can still bring in
   * from the disk and from their containers before it surrenders them.
   */
  attempts: z.array(leaseRef).max(1000),
});
export type HelloInput = z.infer<typeof helloInput>;

export interface HelloAnswer {
  readonly runnerId: string;
  readonly protocol: number;
  readonly intervals: RunnerIntervals;
  readonly limits: { readonly logBytes: number; readonly patchBytes: number };
  /** Attempts that are still the runner's, with the lease token to use from now on. */
  readonly keep: readonly LeaseRef[];
  /** Attempts that are not: their containers must go and nothing of them may be sent. */
  readonly drop: readonly number[];
}

/** Everything the service decides about a runner's timing, in milliseconds. */
export interface RunnerIntervals {
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  /** Between two claims that found nothing, when no hint comes. */
  readonly pollMs: number;
  /** Between SIGTERM and SIGKILL for a container that must stop. */
  readonly stopGraceMs: number;
}

export const claimInput = z.object({
  /** Made by the runner; the same key gets the same Attempts again. */
  claimKey: z.uuid(),
  /** How many Jobs it could start now. */
  free: z.number().int().min(1).max(256),
});

/** One Step as the runner runs it: nothing is left to decide. */
export interface ClaimedStep {
  readonly type: 'command' | 'docker';
  readonly image: string;
  /** Digest or local id that this Execution pinned for the image; null until a first Attempt has resolved it. */
  readonly pinnedImage: string | null;
  readonly args: readonly string[];
  readonly cacheDirs: readonly string[];
  /** Limit of this Step alone, in seconds; null means that only the Job's counts. */
  readonly timeoutSeconds: number | null;
}

/** What a service of a version before this says of a Target: no host, no id of the repository and no directory. */
type SaidTarget = Pick<Target, 'repository' | 'baseRef' | 'baseRevision'> & Partial<Target>;

export interface ClaimedJob extends SaidTarget {
  readonly attemptId: number;
  readonly attemptNumber: number;
  readonly leaseToken: string;
  readonly jobId: number;
  readonly executionId: number;
  /**
   * Names who started the Execution, to a runner that keeps things for them: equal for two Jobs of one user, and nothing
   * else is to be read from it. Undefined with a service of a version before this.
   */
  readonly owner?: string;
  /** Limit of the whole Job, from the first report of progress: an Attempt that was claimed ahead may wait before. */
  readonly timeoutSeconds: number;
  readonly env: Readonly<Record<string, string>>;
  readonly network: 'default' | 'none';
  /** What the Action asks for; the Runner grants at most its own limits. Null leaves it to the Runner. */
  readonly resources: Resources;
  readonly profile: SandboxProfile;
  readonly steps: readonly ClaimedStep[];
}

export const heartbeatInput = z.object({
  attempts: z.array(leaseRef).max(1000),
  draining: z.boolean(),
  /** Why it claims nothing now, in a sentence for people; null when it can work. */
  problem: written(500).nullable(),
});
export type HeartbeatInput = z.infer<typeof heartbeatInput>;

export interface HeartbeatAnswer {
  /** Whether a person wants the runner to finish what it has and to claim nothing more. */
  readonly drain: boolean;
  /** Attempts whose user asked to cancel them. */
  readonly cancel: readonly number[];
  /** Attempts that are no longer the runner's. */
  readonly fenced: readonly number[];
}

export const stepStates = [
  'pending',
  'running',
  'succeeded',
  'failed',
  'timedOut',
  'cancelled',
  'errored',
] as const;

/** How far a Step is; the whole list is sent each time, so that a repeated or lost message does no harm. */
export const stepProgress = z.object({
  index: z.number().int().min(0),
  state: z.enum(stepStates),
  exitCode: z.number().int().nullable(),
  imageDigest: written(500).nullable(),
  /** Unix milliseconds by the runner's clock, for display only. */
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
});
export type StepProgress = z.infer<typeof stepProgress>;

/** What an Attempt's time goes to, beside its Steps. `wait` is the time between its claim and a free slot. */
export const phaseNames = ['fetch', 'wait', 'pull', 'steps', 'patch', 'upload'] as const;

/** One phase of an Attempt: for people, and for those who make it faster. Phases may overlap. */
export const phase = z.object({
  name: z.enum(phaseNames),
  /** Unix milliseconds by the runner's clock, for display only. */
  startedAt: z.number(),
  /** Null while it goes on. */
  endedAt: z.number().nullable(),
});
export type Phase = z.infer<typeof phase>;

const phases = z.array(phase).max(1000);

export const progressInput = leaseRef.extend({ steps: z.array(stepProgress).max(1000), phases });
export type ProgressInput = z.infer<typeof progressInput>;

export const pinImageInput = leaseRef.extend({
  image: z.string().min(1).max(500),
  digest: z.string().min(1).max(500),
});

/** Length and hash of what a Step wrote to one descriptor; sealing compares them with what is stored. */
export const streamHash = z.object({
  step: z.number().int().min(0).max(0xffff),
  descriptor: z.number().int().min(0).max(2),
  bytes: z.number().int().min(0),
  sha256,
});
export type StreamHash = z.infer<typeof streamHash>;

export const finishInput = leaseRef.extend({
  outcome,
  steps: z.array(stepProgress).max(1000),
  phases,
  /** Length of the log stream in bytes, headers of frames included. */
  logLength: z.number().int().min(0),
  streams: z.array(streamHash).max(3000),
  logLimitReached: z.boolean(),
  /** The uploaded patch; null when the work tree did not change or the Attempt did not succeed. */
  patch: z
    .object({ length: z.number().int().positive(), sha256, tree: z.string().regex(/^[0-9a-f]{40,64}$/) })
    .nullable(),
});
export type FinishInput = z.infer<typeof finishInput>;

/** `incomplete`: bytes are missing in the store; the runner sends them from these offsets and finishes again. */
export type FinishAnswer =
  | { readonly result: 'done' }
  | { readonly result: 'fenced' }
  | { readonly result: 'incomplete'; readonly logLength: number; readonly patchLength: number };

/** A hint to a runner. Hints can be lost: polling and heartbeats find the same out. */
export type RunnerHint =
  | { readonly kind: 'work' }
  | { readonly kind: 'cancel'; readonly attemptIds: readonly number[] };
