import { describe, expect, test } from 'vitest';
import { aRunner } from '../model/builders.ts';
import { queueText, runnerJobText, runnerState, runnerText } from './runnerText.ts';

describe('a Runner says', () => {
  test('how many of its slots are taken, and its version', () => {
    expect(runnerText(aRunner({ running: 2, capacity: 4 }), 0)).toBe('2/4 · v0.1.0');
  });

  test('that it drains', () => {
    expect(runnerText(aRunner({ draining: true, running: 1 }), 0)).toBe('draining · 1/4 · v0.1.0');
  });

  test('what its problem is, in one line', () => {
    expect(runnerText(aRunner({ problem: 'Docker does\nnot answer.' }), 0)).toBe(
      'Docker does\ufffdnot answer. · 0/4 · v0.1.0',
    );
  });

  test('since when it is away, whatever it was at', () => {
    const runner = aRunner({ online: false, draining: true, problem: 'No disk.', lastSeenAt: 0 });
    expect(runnerState(runner)).toBe('offline');
    expect(runnerText(runner, 300_000)).toBe('offline, seen 5m ago · v0.1.0');
  });
});

test('a Job on a Runner says what it is for, and that it is not its first Attempt', () => {
  const job = {
    attemptId: 7,
    number: 2,
    jobId: 3,
    executionId: 12,
    actionName: 'bump-node',
    repository: 'web',
    claimedAt: 1000,
  };
  expect(runnerJobText(job, 43_000)).toBe('bump-node #12 · attempt 2 · 42s');
});

test.each([
  [{ ready: 12, held: 3, running: 4, capacity: 4 }, '12 ready · 3 held · 4 running'],
  [{ ready: 0, held: 0, running: 4, capacity: 4 }, '4 running'],
  [{ ready: 0, held: 0, running: 0, capacity: 4 }, 'nothing to do'],
])('the queue %j is "%s"', (queue, text) => {
  expect(queueText(queue)).toBe(text);
});
