import { maxErroredAttempts, maxLostAttempts } from '@flotilla/shared/lifecycle/jobLifecycle';
import { refusalOf } from '../../../runner/src/session/serviceClient.ts';
import { finishWith, type AttemptDeed } from './attemptDeeds.ts';
import type { JobOfOne } from './jobOfOne.ts';

/** A Runner with room asks for Jobs. */
export const claim: AttemptDeed = {
  apply: async ({ runner, held }) =>
    (await runner.claim(9)).map(({ jobId }) => (jobId === held.jobId ? 'this Job' : 'another Job')).join(),
};

/** A person wants another Attempt of it. */
export const rerun: AttemptDeed = {
  apply: ({ flotilla: { api }, held: { jobId } }) => answerOf(api.jobs.rerun.mutate({ jobId })),
};

/** A person wants another Attempt of all Jobs of its Execution. */
export const rerunExecution: AttemptDeed = {
  apply: ({ flotilla: { api }, held: { executionId } }) =>
    answerOf(api.executions.rerun.mutate({ executionId, scope: 'all' })),
};

/** A person cancels it. */
export const cancel: AttemptDeed = {
  apply: ({ flotilla: { api }, held: { jobId } }) => answerOf(api.jobs.cancel.mutate({ jobId })),
};

/** A person cancels its Execution. */
export const cancelExecution: AttemptDeed = {
  apply: ({ flotilla: { api }, held: { executionId } }) =>
    answerOf(api.executions.cancel.mutate({ executionId })),
};

/** One after the other; answers what the last one does. */
export function inTurn(...deeds: readonly AttemptDeed[]): AttemptDeed {
  return {
    prepare: async (job) => {
      for (const { prepare } of deeds) await prepare?.(job);
    },
    apply: async (job) => {
      let answer = '';
      for (const deed of deeds) answer = await deed.apply(job);
      return answer;
    },
  };
}

/** A deed that happens when no further loss of the Job is permitted. */
export const afterLosses = (deed: AttemptDeed): AttemptDeed =>
  prepared(deed, async ({ flotilla: { service }, held }) => {
    await service.sql`update jobs set lost_count = ${maxLostAttempts - 1} where id = ${held.jobId}`;
  });

/** An errored Attempt after which none is tried again by itself. */
export const lastError: AttemptDeed = prepared(
  finishWith('errored'),
  async ({ flotilla: { service }, held }) => {
    await service.sql`update jobs set errored_count = ${maxErroredAttempts - 1} where id = ${held.jobId}`;
  },
);

function prepared(deed: AttemptDeed, prepare: (job: JobOfOne) => Promise<void>): AttemptDeed {
  return {
    ...deed,
    prepare: async (job) => {
      await deed.prepare?.(job);
      await prepare(job);
    },
  };
}

async function answerOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal.flotilla ?? refusal.message;
  }
}
