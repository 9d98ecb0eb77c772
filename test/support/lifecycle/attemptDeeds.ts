import { refusalOf } from '../../../runner/src/session/serviceClient.ts';
import { ends, type EndName } from './ends.ts';
import type { JobOfOne } from './jobOfOne.ts';
import { endLease, endTime, janitorRound } from './overdue.ts';

/** Something that can happen to an Attempt, as a Runner or the janitor does it. Answers what the Runner was told. */
export interface AttemptDeed {
  /** What has to be so before, such as a lease that has run out. */
  readonly prepare?: (job: JobOfOne) => Promise<void>;
  readonly apply: (job: JobOfOne) => Promise<string>;
}

/** Says how an Attempt ended. */
export const finishWith = (end: EndName): AttemptDeed => ({
  apply: async ({ runner, held }) => (await runner.finish(held, ends[end])).result,
});

/** Reports progress: the first report starts the Attempt. */
export const report: AttemptDeed = {
  apply: async ({ runner, held }) => {
    try {
      await runner.service.progress(held, []);
      return 'done';
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      return refusal.flotilla === 'attempt.fenced' ? 'fenced' : refusal.message;
    }
  },
};

/** Gives the Attempt back. */
export const release: AttemptDeed = {
  apply: async ({ runner, held }) => {
    await runner.service.release(held);
    return 'done';
  },
};

/** The janitor's round after the lease has run out. */
export const leaseRunsOut: AttemptDeed = {
  prepare: ({ flotilla, held }) => endLease(flotilla.service.sql, held.attemptId),
  apply: async ({ flotilla }) => {
    await janitorRound(flotilla.service);
    return 'done';
  },
};

/** The janitor's round long after the Attempt's time. */
export const timeRunsOut: AttemptDeed = {
  prepare: ({ flotilla, held }) => endTime(flotilla.service.sql, held.attemptId),
  apply: leaseRunsOut.apply,
};

/** The Runner gives up what a process before it began. */
export const surrender: AttemptDeed = {
  apply: async ({ runner, held }) => {
    await runner.service.surrender(held);
    return 'done';
  },
};

/** Another process of the Runner says hello, and names no Attempt. */
export const runnerRestarts: AttemptDeed = {
  apply: async ({ flotilla, runnerName }) => {
    await (await flotilla.connectRunner({ name: runnerName }))[Symbol.asyncDispose]();
    return 'done';
  },
};
