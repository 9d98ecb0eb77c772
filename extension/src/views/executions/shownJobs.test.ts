import type { JobView } from '@flotilla/shared/views';
import { expect, test } from 'vitest';
import { aJob } from '../../model/builders.ts';
import { Collection } from '../../model/collection.ts';
import { liveJobs } from '../../model/liveJobs.ts';
import { ShownJobs } from './shownJobs.ts';

/** The Jobs of Execution 1, as many as the service has. */
function shown(count: number) {
  let isAway = false;
  const jobs = new Collection<JobView>(
    liveJobs,
    {
      list: async (_of, after = 0, limit) => {
        if (isAway) throw new Error('the service is away');
        const rows = Array.from({ length: Math.min(limit, count - after) }, (_, at) =>
          aJob({ id: after + at + 1 }),
        );
        return { rows, next: after + rows.length < count ? after + rows.length : null };
      },
      get: async () => [],
    },
    undefined,
    () => undefined,
  );
  return { jobs, rows: new ShownJobs(jobs), setAway: (value: boolean) => (isAway = value) };
}

test('ten thousand Jobs are rows at once, and of more as many with each Show More', async () => {
  const { rows } = shown(25_000);
  expect(await rows.load(1)).toMatchObject({ jobs: { length: 10_000 }, hasMore: true });
  rows.showMore(1);
  rows.showMore(1);
  expect(await rows.load(1)).toMatchObject({ jobs: { length: 25_000 }, hasMore: false });
});

test('an Execution whose Jobs could not be had has others when they come', async () => {
  const { jobs, rows, setAway } = shown(3);
  setAway(true);
  await expect(rows.load(1)).rejects.toThrow('the service is away');
  expect(rows.hasOthers(1)).toBe(false);
  setAway(false);
  // It is held, so a new connection asks for it.
  jobs.outdate();
  await expect.poll(() => rows.hasOthers(1)).toBe(true);
  await rows.load(1);
  expect(rows.hasOthers(1)).toBe(false);
});

test('Jobs that are held are shown where the service cannot be reached, however old they are', async () => {
  const { jobs, rows, setAway } = shown(3);
  await rows.load(1);
  jobs.age();
  setAway(true);
  expect((await rows.load(1)).jobs).toHaveLength(3);
});

test('its Jobs are held for as long as an Execution is opened', async () => {
  const { jobs, rows } = shown(3);
  await rows.load(1);
  expect([rows.isOpened(1), rows.count]).toEqual([true, 3]);
  rows.close(1);
  jobs.outdate();
  expect([rows.isOpened(1), rows.count, jobs.rows(1)]).toEqual([false, 0, undefined]);
});

test('nothing is held nor remembered of Executions that there are no more', async () => {
  const { jobs, rows } = shown(25_000);
  await rows.load(1);
  rows.showMore(1);
  rows.keepOnly((executionId) => executionId === 1);
  expect([rows.isOpened(1), rows.countOf(1)]).toEqual([true, 20_000]);
  rows.keepOnly(() => false);
  expect([rows.isOpened(1), rows.countOf(1), rows.count]).toEqual([false, 10_000, 0]);
  jobs.outdate();
  expect(jobs.rows(1)).toBeUndefined();
});
