import { createHash } from 'node:crypto';
import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import type { FinishAnswer, FinishInput } from '@flotilla/shared/protocol/runnerMessages';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { readStream } from '../logs/readStream.ts';
import { acceptPatch } from '../patches/acceptPatch.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { endAttempt, type StoredPatch } from './queries/endAttempt.ts';
import { selectBase } from './queries/selectBase.ts';

export interface FinishContext {
  readonly sql: Sql;
  readonly hints: Hints;
  readonly mirrors: Mirrors;
}

/**
 * Ends an Attempt. Its Patch is accepted by applying it in the mirror, whose tree must be the one the Runner saw; a
 * Patch that is not accepted makes the Attempt errored, with the reason. Idempotent: a repeated finish is done.
 */
export async function finish(
  context: FinishContext,
  input: FinishInput,
  signal: AbortSignal,
): Promise<FinishAnswer> {
  const accepted = await acceptResult(context, input, signal);
  if ('result' in accepted) return accepted;
  const answer = await endAttempt(context.sql, {
    finish: { ...input, outcome: accepted.outcome },
    state: accepted.outcome.kind,
    patch: accepted.patch,
  });
  if (answer === undefined || !answer.holder) return { result: 'fenced' };
  if (answer.ended) {
    context.hints.publish(`log:${input.attemptId}`);
    context.hints.publish('changes');
    context.hints.publish('seal');
    return { result: 'done' };
  }
  if (answer.live)
    return { result: 'incomplete', logLength: answer.logLength, patchLength: answer.patchLength };
  return { result: answer.finished ? 'done' : 'fenced' };
}

type Accepted = { readonly outcome: Outcome; readonly patch: StoredPatch | null };

async function acceptResult(
  { sql, mirrors }: FinishContext,
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
    patch: hashed(readStream(sql, input.attemptId, 'patch'), hash),
    attemptId: input.attemptId,
    signal,
  });
  const storedHash = hash.digest('hex');
  if (!accepted.ok) return refused(accepted.message);
  if (storedHash !== input.patch.sha256)
    return refused('the stored patch is not the one that the runner sent');
  if (accepted.resultTree !== input.patch.tree) {
    return refused(
      `it makes tree ${accepted.resultTree} in the mirror and ${input.patch.tree} on the runner`,
    );
  }
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
