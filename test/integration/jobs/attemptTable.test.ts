import {
  attemptStates,
  attemptTransitions,
  isAttemptLive,
  type AttemptEvent,
  type AttemptState,
} from '@flotilla/shared/lifecycle/attemptLifecycle';
import { beforeAll, describe, expect, test } from 'vitest';
import * as deeds from '../../support/lifecycle/attemptDeeds.ts';
import { claimJobOfOne, type JobOfOne, type Row } from '../../support/lifecycle/jobOfOne.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';

/** How an Attempt that was just claimed comes into each state. */
const waysInto: Readonly<Record<AttemptState, readonly deeds.AttemptDeed[]>> = {
  claimed: [],
  running: [deeds.report],
  succeeded: [deeds.report, deeds.finishWith('succeeded')],
  failed: [deeds.finishWith('failed')],
  timedOut: [deeds.report, deeds.finishWith('timedOut')],
  cancelled: [deeds.finishWith('cancelled')],
  errored: [deeds.report, deeds.finishWith('errored')],
  lost: [deeds.report, deeds.leaseRunsOut],
  released: [deeds.release],
};

/** Every way by which each event of the table reaches the statements. */
const waysOf: Readonly<Record<AttemptEvent, Readonly<Record<string, deeds.AttemptDeed>>>> = {
  start: { 'its Runner reports progress': deeds.report },
  succeed: { 'its Runner says that it succeeded': deeds.finishWith('succeeded') },
  fail: { 'its Runner says that it failed': deeds.finishWith('failed') },
  timeOut: {
    'its Runner says that it timed out': deeds.finishWith('timedOut'),
    'its time ran out long ago': deeds.timeRunsOut,
  },
  cancel: { 'its Runner says that it was cancelled': deeds.finishWith('cancelled') },
  error: {
    'its Runner says that it errored': deeds.finishWith('errored'),
    'its Runner says that there is no image': deeds.finishWith('noImage'),
  },
  lose: {
    'its lease runs out': deeds.leaseRunsOut,
    'its Runner surrenders it': deeds.surrender,
    'another process of its Runner says hello': deeds.runnerRestarts,
  },
  release: { 'its Runner gives it back': deeds.release },
};

const cells = attemptStates.flatMap((state) =>
  (Object.keys(waysOf) as AttemptEvent[]).flatMap((event) =>
    Object.entries(waysOf[event])
      // An Attempt's time begins with its start: that of one that was claimed ahead cannot run out.
      .filter(([, deed]) => !(state === 'claimed' && deed === deeds.timeRunsOut))
      .map(([way, deed]) => ({ state, event, way, deed })),
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

async function doAll(job: JobOfOne, ...sequence: readonly deeds.AttemptDeed[]): Promise<string> {
  let answer = '';
  for (const deed of sequence) {
    await deed.prepare?.(job);
    answer = await deed.apply(job);
  }
  return answer;
}

/** What the row of an Attempt says about its end. */
const endOf = (row: Row) => ({ state: row['state'], ended: row['ended_at'] !== null, outcome: kindOf(row) });
const kindOf = ({ outcome }: Row) => (outcome as { readonly kind: string } | null)?.kind;

describe('an Attempt that is', () => {
  test.each(cells)('$state, when $way, goes where the table says', async ({ state, event, deed }) => {
    await using job = await claimJobOfOne(flotilla);
    await doAll(job, ...waysInto[state]);
    await deed.prepare?.(job);
    const before = await job.attempt();
    expect(before).toMatchObject({ state });
    await deed.apply(job);
    const after = await job.attempt();
    const next = attemptTransitions[state][event];
    const reached = next ?? state;
    const live = isAttemptLive(reached);
    expect(endOf(after)).toEqual({ state: reached, ended: !live, outcome: live ? undefined : reached });
    // What is refused changes nothing at all.
    expect(next === null ? after : before).toEqual(before);
  });

  test('claimed, when the time that it would have had ran out long ago, has not begun it', async () => {
    await using job = await claimJobOfOne(flotilla);
    await doAll(job, deeds.timeRunsOut);
    expect(await job.attempt()).toMatchObject({ state: 'claimed' });
    await doAll(job, deeds.report, deeds.leaseRunsOut);
    expect(await job.attempt()).toMatchObject({ state: 'lost' });
  });
});

describe('a Runner that', () => {
  test.each(attemptStates.filter((state) => !isAttemptLive(state)))(
    'writes to an Attempt that is %s is told so',
    async (state) => {
      await using job = await claimJobOfOne(flotilla);
      await doAll(job, ...waysInto[state]);
      expect(await doAll(job, deeds.report)).toBe('fenced');
      // A finish can be repeated by the Runner that sent it.
      const finished = state !== 'lost' && state !== 'released';
      expect(await doAll(job, deeds.finishWith('succeeded'))).toBe(finished ? 'done' : 'fenced');
      expect(await job.runner.service.heartbeat([job.held], false)).toMatchObject({
        fenced: [job.held.attemptId],
      });
    },
  );
});
