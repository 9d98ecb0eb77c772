import {
  isJobEnded,
  jobStates,
  jobTransitions,
  type JobEvent,
  type JobState,
} from '@flotilla/shared/lifecycle/jobLifecycle';
import { beforeAll, describe, expect, test } from 'vitest';
import * as attempts from '../../support/lifecycle/attemptDeeds.ts';
import { finishWith, type AttemptDeed } from '../../support/lifecycle/attemptDeeds.ts';
import * as deeds from '../../support/lifecycle/jobDeeds.ts';
import { inTurn } from '../../support/lifecycle/jobDeeds.ts';
import { claimJobOfOne } from '../../support/lifecycle/jobOfOne.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';

/** How a Job that was just claimed comes into each state. Somebody has held it in all of them, and may write late. */
const wayInto: Readonly<Record<JobState, AttemptDeed | undefined>> = {
  running: undefined,
  queued: attempts.release,
  succeeded: finishWith('succeeded'),
  failed: finishWith('failed'),
  timedOut: finishWith('timedOut'),
  cancelled: inTurn(deeds.cancel, finishWith('cancelled')),
  errored: finishWith('noImage'),
};

/** Every way by which each event of the table reaches the statements. */
const waysOf: Readonly<Record<JobEvent, Readonly<Record<string, AttemptDeed>>>> = {
  claim: { 'a Runner claims': deeds.claim },
  succeed: { 'its Attempt succeeds': finishWith('succeeded') },
  fail: { 'its Attempt fails': finishWith('failed') },
  timeOut: {
    'its Attempt times out': finishWith('timedOut'),
    "its Attempt's time ran out long ago": attempts.timeRunsOut,
  },
  error: {
    'its Attempt errors for a cause that stays': finishWith('noImage'),
    'its Attempt errors for the third time': deeds.lastError,
    'its Attempt errors after its cancellation': inTurn(deeds.cancel, finishWith('errored')),
  },
  retry: { 'its Attempt errors for a cause that may pass': finishWith('errored') },
  cancel: {
    'it is cancelled': inTurn(deeds.cancel, finishWith('cancelled')),
    'its Execution is cancelled': inTurn(deeds.cancelExecution, finishWith('cancelled')),
    'its Runner stopped it by itself': finishWith('cancelled'),
    'it is cancelled and its lease runs out': inTurn(deeds.cancel, attempts.leaseRunsOut),
    'it is cancelled and its Runner gives it back': inTurn(deeds.cancel, attempts.release),
  },
  lose: {
    "its Attempt's lease runs out": attempts.leaseRunsOut,
    'its Runner surrenders its Attempt': attempts.surrender,
    'another process of its Runner says hello': attempts.runnerRestarts,
  },
  abandon: {
    'the lease of its third Attempt runs out': deeds.afterLosses(attempts.leaseRunsOut),
    'its Runner surrenders its third Attempt': deeds.afterLosses(attempts.surrender),
    'the third process of its Runner goes': deeds.afterLosses(attempts.runnerRestarts),
  },
  release: { 'its Runner gives it back': attempts.release },
  rerun: { 'it is rerun': deeds.rerun, 'its Execution is rerun': deeds.rerunExecution },
};

/** Deeds that, where they do not end a live Attempt, are another event: a cancellation of what is queued. */
const cancels = Object.values(waysOf.cancel).filter(
  (deed) => deed !== waysOf.cancel['its Runner stopped it by itself'],
);

const cells = jobStates.flatMap((state) =>
  (Object.keys(waysOf) as JobEvent[]).flatMap((event) =>
    Object.entries(waysOf[event])
      .filter(
        ([, deed]) =>
          !(state === 'queued' && deed === waysOf.error['its Attempt errors after its cancellation']),
      )
      .map(([way, deed]) => {
        // Nobody but a person cancels what nobody holds.
        const refused = event === 'cancel' && state === 'queued' && !cancels.includes(deed);
        return { state, event, way, deed, next: refused ? null : jobTransitions[state][event] };
      }),
  ),
);

let flotilla: TestService;
beforeAll(async () => {
  flotilla = await testService({
    repositories: (folder) => makeRepositories(folder, ['one']),
    config: { janitorMs: 3_600_000 },
  });
  return () => flotilla[Symbol.asyncDispose]();
});

/** What who asked is told, where it says whether it was refused. */
function answersOf(deed: AttemptDeed, taken: boolean): readonly string[] | undefined {
  if (deed === deeds.claim) return [taken ? 'this Job' : ''];
  if (deed === deeds.rerun || deed === deeds.rerunExecution) return [taken ? 'done' : 'request.conflict'];
  return undefined;
}

describe('a Job that is', () => {
  test.each(cells)('$state, when $way, goes where the table says', async ({ state, deed, next }) => {
    await using job = await claimJobOfOne(flotilla);
    await wayInto[state]?.apply(job);
    // Only what runs can time out: an Attempt's time begins with its start.
    if (state === 'running' && deed === attempts.timeRunsOut) await attempts.report.apply(job);
    await deed.prepare?.(job);
    const [before, attempt] = [await job.job(), await job.attempt()];
    expect(before).toMatchObject({ state });
    const answer = await deed.apply(job);
    const [after, attemptAfter] = [await job.job(), await job.attempt()];
    const reached = next ?? state;
    expect([after['state'], after['ended_at'] !== null]).toEqual([reached, isJobEnded(reached)]);
    // What is refused changes nothing at all.
    expect(next === null ? after : before).toEqual(before);
    // Whatever moves a running Job ends its Attempt; nothing changes one that has ended.
    const ends = state === 'running' && next !== null;
    expect(attemptAfter['ended_at'] !== null).toBe(ends || attempt['ended_at'] !== null);
    expect(ends ? attempt : attemptAfter).toEqual(attempt);
    expect([answer]).toEqual(answersOf(deed, next !== null) ?? [answer]);
    // It is the only Job: whatever ends it ends the Execution, and a rerun takes that back. No round of the janitor comes.
    await waitFor('the end of its Execution to be as the Job says', async () => {
      const { ended_at: endedAt } = await job.execution();
      return (endedAt !== null) === isJobEnded(reached);
    });
  });
});
