import { runnerCalls, type AnswerOf, type RunnerCall } from '@flotilla/shared/protocol/runnerCalls';
import { runnerHint, type RunnerHint } from '@flotilla/shared/protocol/runnerMessages';
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

const hintMessage = z.object({ data: runnerHint });

/** A hint in a message of the service; undefined for one that only newer runners know, which is as good as lost. */
export function readHint(message: unknown): RunnerHint | undefined {
  return hintMessage.safeParse(message).data?.data;
}
