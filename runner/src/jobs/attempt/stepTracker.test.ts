import { expect, test } from 'vitest';
import { StepTracker } from './stepTracker.ts';

const step = {
  type: 'command',
  image: 'a',
  pinnedImage: null,
  args: ['true'],
  cacheDirs: [],
  timeoutSeconds: null,
} as const;

test('a report waits for the one before it and then says the latest, so that none overtakes another', async () => {
  const reports: string[] = [];
  const arrivals: (() => void)[] = [];
  const tracker = new StepTracker([step, step], (steps) => {
    reports.push(steps.map((one) => one.state).join(' '));
    return new Promise((resolve) => arrivals.push(resolve));
  });
  tracker.start(0, 'sha256:1');
  tracker.end(0, 'succeeded', 0);
  tracker.start(1, 'sha256:2');
  expect(reports).toEqual(['running pending']);
  arrivals.shift()?.();
  await expect.poll(() => reports.at(-1)).toBe('succeeded running');
  arrivals.shift()?.();
  tracker.end(1, 'failed', 3);
  await expect.poll(() => reports.at(-1)).toBe('succeeded failed');
  expect(reports).toHaveLength(3);
  expect(tracker.steps[1]).toMatchObject({ index: 1, imageDigest: 'sha256:2', exitCode: 3 });
  expect(tracker.steps[1]?.startedAt).toBeLessThanOrEqual(tracker.steps[1]?.endedAt ?? 0);
});

test('one Step runs at a time, or none', () => {
  const tracker = new StepTracker([step, step], () => Promise.resolve());
  expect(tracker.running).toBeNull();
  tracker.start(1, 'sha256:1');
  expect(tracker.running).toBe(1);
  tracker.end(1, 'cancelled', null);
  expect(tracker.running).toBeNull();
});

test('the end of an Attempt ends the Step that runs, and no other', () => {
  const tracker = new StepTracker([step, step], async () => undefined);
  tracker.endRunning('errored');
  tracker.start(0, 'sha256:1');
  tracker.endRunning('errored');
  expect(tracker.steps.map((one) => one.state)).toEqual(['errored', 'pending']);
});
