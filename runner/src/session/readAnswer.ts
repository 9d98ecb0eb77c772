import { claimedJob, type ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { leaseRef, type LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import { runnerCalls, type AnswerOf, type RunnerCall } from '@flotilla/shared/protocol/runnerCalls';
import { runnerHint, type RunnerHint } from '@flotilla/shared/protocol/runnerMessages';
import { maxCapacity } from '@flotilla/shared/protocol/runnerSlots';
import { z } from 'zod';

/** So many places of what is wrong in an answer are told. */
const mostPlaces = 3;

/** What a service answered is no answer to what it was asked. The message is a sentence for people. */
export class AnswerError extends Error {
  constructor(name: RunnerCall, { issues }: z.ZodError) {
    const places = issues.slice(0, mostPlaces).map(({ path, message }) => `${path.join('.')}: ${message}`);
    super(
      `The service answered "${name}" with something that this runner does not understand (${places.join('; ')}). Update the older of the two.`,
    );
    this.name = 'AnswerError';
  }
}

/** Takes what a service answered for what it should be; fields that this runner does not know are left out. Throws an {@link AnswerError}. */
export function readAnswer<C extends RunnerCall>(name: C, answer: unknown): AnswerOf<C> {
  const read = runnerCalls[name].answer.safeParse(answer);
  if (!read.success) throw new AnswerError(name, read.error);
  return read.data as AnswerOf<C>;
}

/** A Job that was claimed, and that this runner does not understand: a newer service says it otherwise. */
export interface OddJob {
  readonly lease: LeaseRef;
  readonly error: AnswerError;
}

export interface Claim {
  readonly jobs: readonly ClaimedJob[];
  readonly odd: readonly OddJob[];
}

const claim = z.object({ jobs: z.array(z.looseObject(leaseRef.shape)).max(maxCapacity) });

/**
 * Takes an answer to a claim as {@link readAnswer} does, each Job by itself: one that this runner does not understand takes
 * none of the others along. Throws an {@link AnswerError} where it does not say which Attempts were claimed.
 */
export function readClaim(answer: unknown): Claim {
  const read = claim.safeParse(answer);
  if (!read.success) throw new AnswerError('claim', read.error);
  const jobs: ClaimedJob[] = [];
  const odd: OddJob[] = [];
  for (const said of read.data.jobs) {
    const job = claimedJob.safeParse(said);
    const { attemptId, leaseToken } = said;
    if (job.success) jobs.push(job.data);
    else odd.push({ lease: { attemptId, leaseToken }, error: new AnswerError('claim', job.error) });
  }
  return { jobs, odd };
}

const hintMessage = z.object({ data: runnerHint });

/** A hint in a message of the service; undefined for one that only newer runners know, which is as good as lost. */
export function readHint(message: unknown): RunnerHint | undefined {
  return hintMessage.safeParse(message).data?.data;
}
