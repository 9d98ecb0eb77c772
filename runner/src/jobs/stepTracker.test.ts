import type { StepProgress } from '@flotilla/shared/protocol/runnerMessages';
import { expect, test } from 'vitest';
import { StepTracker } from './stepTracker.ts';

const step = { type: 'command', image: 'a', pinnedImage: null, args: ['true'], cacheDirs: [] } as const;

test('every change is reported as the whole list', () => {
  const reports: (readonly StepProgress[])[] = [];
  const tracker = new StepTracker([step, step], (steps) => reports.push(steps));
  tracker.start(0, 'sha256:1');
  tracker.end(0, 'succeeded', 0);
  tracker.start(1, 'sha256:2');
  tracker.end(1, 'failed', 3);
  expect(reports.map((steps) => steps.map((one) => one.state))).toEqual([
    ['running', 'pending'],
    ['succeeded', 'pending'],
    ['succeeded', 'running'],
    ['succeeded', 'failed'],
  ]);
  expect(reports.at(-1)).toEqual(tracker.steps);
  expect(tracker.steps[1]).toMatchObject({ index: 1, imageDigest: 'sha256:2', exitCode: 3 });
  expect(tracker.steps[1]?.startedAt).toBeLessThanOrEqual(tracker.steps[1]?.endedAt ?? 0);
});

test('one Step runs at a time, or none', () => {
  const tracker = new StepTracker([step, step], () => undefined);
  expect(tracker.running).toBeNull();
  tracker.start(1, 'sha256:1');
  expect(tracker.running).toBe(1);
  tracker.end(1, 'cancelled', null);
  expect(tracker.running).toBeNull();
});
