import { createHash } from 'node:crypto';
import { FlotillaError } from '@flotilla/shared/errors';
import { isRetried, type Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { FinishAnswer, FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Logger } from 'pino';
import { Batcher } from '../batcher.ts';
import type { Sql } from '../db/database.ts';
import type { OneAtATime } from '../oneAtATime.ts';
import type { Hints } from '../db/hints.ts';
import { readStream } from '../logs/readStream.ts';
import { acceptPatch } from '../patches/acceptPatch.ts';
import type { Settlement } from '../executions/settlement/settlement.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import type { Admission } from './admission.ts';
import { endAttempts, type EndAnswer, type EndOfAttempt, type StoredPatch } from './queries/endAttempts.ts';
import { selectBase } from './queries/selectBase.ts';

/** So many ends share a statement (docs/spec/database.md). */
const mostEnds = 200;

export type Ends = Batcher<EndOfAttempt, EndAnswer | undefined>;

/** The ends of Attempts of a replica: those that come at the same time share one statement. */
export function batchEnds(context: {
  readonly sql: Sql;
  readonly admission: Admission;
  readonly settlement: Settlement;
}): Ends {
  return new Batcher(async (ends) => {
    const distinct = [...new Map(ends.map((end) => [end.finish.attemptId, end])).values()];
    const answers = await endTogether(context, distinct);
    const answerOf = new Map(distinct.map((end, index) => [end, answers[index]]));
    // A copy of a finish in the same batch finds that the Attempt has ended, or that it is not its own.
    return Promise.all(
      ends.map(async (end) =>
        answerOf.has(end) ? answerOf.get(end) : (await endTogether(context, [end]))[0],
      ),
    );
  }, mostEnds);
}

async function endTogether(
  { sql, admission, settlement }: Parameters<typeof batchEnds>[0],
  ends: readonly EndOfAttempt[],
): Promise<readonly (EndAnswer | undefined)[]> {
  const { answers, executions } = await endAttempts(sql, ends);
  for (const { executionId, limited } of executions) {
    settlement.look(executionId);
    if (limited) admission.look(executionId);
  }
  return answers;
}

export interface FinishContext {
  readonly sql: Sql;
  readonly ends: Ends;
  /** By Attempt: one that is said again while its Patch is looked at waits for that look. */
  readonly finishes: OneAtATime<number>;
  readonly admission: Admission;
  readonly hints: Hints;
  readonly mirrors: Mirrors;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * Ends an Attempt. Its Patch is accepted by applying it in the mirror, whose tree must be the one the Runner saw; a
 * Patch that is not accepted makes the Attempt errored, with the reason. An errored Job is tried again by itself, after
 * a pause. Idempotent: a repeated finish is done. Throws `unavailable` while there is no room to look at the Patch: the
 * Attempt goes on then, and its Runner asks again.
 */
export function finish(
  context: FinishContext,
  input: FinishInput,
  signal: AbortSignal,
): Promise<FinishAnswer> {
  return context.finishes.run(input.attemptId, () => finishOnce(context, input, signal));
}

async function finishOnce(
  context: FinishContext,
  input: FinishInput,
  signal: AbortSignal,
): Promise<FinishAnswer> {
  const accepted = await acceptResult(context, input, signal);
  if ('result' in accepted) return accepted;
  const { outcome, patch } = accepted;
  const answer = await context.ends.call({
    finish: { ...input, outcome },
    state: outcome.kind,
    retried: isRetried(outcome),
    patch,
  });
  if (answer === undefined || !answer.holder) return { result: 'fenced' };
  if (answer.ended) {
    context.hints.publish(`log:${input.attemptId}`);
    context.hints.publish('changes');
    context.hints.wake('seal');
    // The end of its back-off is looked up.
    if (isRetried(outcome)) context.admission.look(null);
    return { result: 'done' };
  }
  if (answer.live)
    return { result: 'incomplete', logLength: answer.logLength, patchLength: answer.patchLength };
  return { result: answer.finished ? 'done' : 'fenced' };
}

type Accepted = { readonly outcome: Outcome; readonly patch: StoredPatch | null };

async function acceptResult(
  { sql, mirrors, logger }: FinishContext,
  input: FinishInput,
  signal: AbortSignal,
): Promise<Accepted | FinishAnswer> {
  if (input.patch === null) return { outcome: input.outcome, patch: null };
  const base = await selectBase(sql, input);
  // Not the holder, or ended already: the statement that ends Attempts says which.
  if (base === undefined) return { outcome: input.outcome, patch: null };
  if (base.patchLength !== input.patch.length) {
    return { result: 'incomplete', logLength: base.logLength, patchLength: base.patchLength };
  }
  const hash = createHash('sha256');
  const accepted = await acceptPatch({
    mirrorPath: mirrors.pathOf(base.repositoryId),
    base: base.baseRevision,
    tree: input.patch.tree,
    patch: hashed(readStream(sql, input.attemptId, 'patch'), hash),
    attemptId: input.attemptId,
    owner: `runner:${base.runnerId}`,
    signal,
  }).catch((error: unknown) => {
    if (error instanceof FlotillaError)
      logger.error({ err: error, attemptId: input.attemptId }, 'a patch could not be applied');
    throw error;
  });
  const storedHash = hash.digest('hex');
  if (!accepted.ok) return refused(accepted.message);
  if (storedHash !== input.patch.sha256)
    return refused('the stored patch is not the one that the runner sent');
  return { outcome: input.outcome, patch: accepted };
}

/** A patch that the mirror does not take is an error of the Attempt, said at once. */
function refused(reason: string): Accepted {
  return {
    outcome: {
      kind: 'errored',
      reason: 'patch',
      message: `The patch was not accepted: ${reason}.`,
      step: null,
    },
    patch: null,
  };
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: { update(data: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
