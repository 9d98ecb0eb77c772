/**
 * The messages between a runner and the service: tRPC over WebSocket on `/runner`, except for log and patch
 * bytes, which go as binary over HTTP (see streams.ts). Every call is idempotent. Authorised by the runner's token,
 * and what concerns an Attempt by its lease token besides. Whoever gets a message parses it: fields that only a newer
 * program knows are left out, lists have an end, and what an older one does not say is optional.
 */
import { z } from 'zod';
import type { Immutable } from '../immutable.ts';
import { outcome, written } from '../lifecycle/outcome.ts';
import { claimedJob } from './claimedJob.ts';
import { attemptId, leaseRef } from './leaseRef.ts';
import { maxAttempts, maxCapacity } from './runnerSlots.ts';
import { storable } from './storable.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

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
  capacity: z.number().int().min(1).max(maxCapacity),
  /** For people: operating system, Docker version, cores, memory. */
  description: written(500),
  /**
   * Attempts it still works on after a lost connection; of a new instance those whose output it can still bring in
   * from the disk and from their containers before it surrenders them.
   */
  attempts: z.array(leaseRef).max(maxAttempts),
});
export type HelloInput = z.infer<typeof helloInput>;

/** Everything the service decides about a runner's timing, in milliseconds. */
const runnerIntervals = z.object({
  heartbeatMs: z.number().positive(),
  leaseMs: z.number().positive(),
  /** Between two claims that found nothing, when no hint comes. */
  pollMs: z.number().positive(),
  /** Between SIGTERM and SIGKILL for a container that must stop. */
  stopGraceMs: z.number().min(0),
});

export const helloAnswer = z.object({
  runnerId: z.uuid(),
  protocol: z.number().int(),
  intervals: runnerIntervals,
  limits: z.object({ logBytes: z.number().positive(), patchBytes: z.number().positive() }),
  /** Attempts that are still the runner's, with the lease token to use from now on. */
  keep: z.array(leaseRef).max(maxAttempts),
  /** Attempts that are not: their containers must go and nothing of them may be sent. */
  drop: z.array(attemptId).max(maxAttempts),
});
export type HelloAnswer = Immutable<z.infer<typeof helloAnswer>>;

export const claimInput = z.object({
  /** Made by the runner; the same key gets the same Attempts again. */
  claimKey: z.uuid(),
  /** How many Jobs it could start now. */
  free: z.number().int().min(1).max(maxCapacity),
});

export const claimAnswer = z.object({ jobs: z.array(claimedJob).max(maxCapacity) });

export const heartbeatInput = z.object({
  attempts: z.array(leaseRef).max(maxAttempts),
  draining: z.boolean(),
  /** Why it claims nothing now, in a sentence for people; null when it can work. */
  problem: written(500).nullable(),
});
export type HeartbeatInput = z.infer<typeof heartbeatInput>;

export const heartbeatAnswer = z.object({
  /** Whether a person wants the runner to finish what it has and to claim nothing more. */
  drain: z.boolean(),
  /** Attempts whose user asked to cancel them. */
  cancel: z.array(attemptId).max(maxAttempts),
  /** Attempts that are no longer the runner's. */
  fenced: z.array(attemptId).max(maxAttempts),
});
export type HeartbeatAnswer = Immutable<z.infer<typeof heartbeatAnswer>>;

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

/** The digest that counts for the whole Execution: this one's or an earlier one's. */
export const pinImageAnswer = z.object({ digest: z.string().min(1).max(500) });

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
export const finishAnswer = z.discriminatedUnion('result', [
  z.object({ result: z.literal('done') }),
  z.object({ result: z.literal('fenced') }),
  z.object({ result: z.literal('incomplete'), logLength: z.number(), patchLength: z.number() }),
]);
export type FinishAnswer = Immutable<z.infer<typeof finishAnswer>>;

/** Of a call that has nothing to say but that it was done. */
export const noAnswer = z.object({});

/** A hint to a runner. Hints can be lost: polling and heartbeats find the same out. */
export const runnerHint = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('work') }),
  z.object({ kind: z.literal('cancel'), attemptIds: z.array(attemptId).max(maxAttempts) }),
]);
export type RunnerHint = Immutable<z.infer<typeof runnerHint>>;
