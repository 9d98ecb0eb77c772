import { describe, expect, test } from 'vitest';
import { aRunner, aTarget } from '../../model/builders.ts';
import { lastSeenText, queueText, runnerJobText, runnerState, runnerText } from './runnerText.ts';

describe('a Runner says', () => {
  test('how many of its slots are taken, and its version', () => {
    expect(runnerText(aRunner({ running: 2, capacity: 4 }), 0)).toBe('2/4 · v0.1.0');
  });

  test('what it prepares or uploads beside what its slots hold', () => {
    expect(runnerText(aRunner({ running: 6, capacity: 4 }), 0)).toBe('4/4 +2 · v0.1.0');
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
    const lastSeenAt = new Date(2026, 4, 1, 13, 5).getTime();
    const runner = aRunner({ online: false, draining: true, problem: 'No disk.', lastSeenAt });
    expect(runnerState(runner)).toBe('offline');
    expect(runnerText(runner, lastSeenAt + 300_000)).toMatch(
      /^offline, last seen (01:05\sPM|13:05) · v0\.1\.0$/,
    );
  });
});

test('a Runner that is online says how long ago its last sign of life was, one that is away when', () => {
  const runner = aRunner({ lastSeenAt: 1_000_000 });
  expect(lastSeenText(runner, 1_004_400)).toBe('Last seen 4s ago');
  expect(lastSeenText(runner, 999_000)).toBe('Last seen 0s ago');
  expect(lastSeenText({ ...runner, online: false }, 2_000_000)).toMatch(/^Last seen .*1970/);
});

test('a Job on a Runner says what it is for, and that it is not its first Attempt', () => {
  const job = {
    ...aTarget(),
    attemptId: 7,
    number: 2,
    jobId: 3,
    executionId: 12,
    actionName: 'bump-node',
    state: 'running' as const,
    claimedAt: new Date(2026, 4, 1, 13, 5).getTime(),
  };
  expect(runnerJobText(job, job.claimedAt)).toMatch(/^bump-node #12 · attempt 2 · since (01:05\sPM|13:05)$/);
  expect(runnerJobText({ ...job, state: 'claimed' }, job.claimedAt)).toMatch(
    /^bump-node #12 · attempt 2 · preparing · since /,
  );
});

test.each([
  [{ ready: 12, held: 3, running: 4, capacity: 4 }, '12 ready · 3 held · 4 running'],
  [{ ready: 0, held: 0, running: 4, capacity: 4 }, '4 running'],
  [{ ready: 0, held: 0, running: 0, capacity: 4 }, 'nothing to do'],
])('the queue %j is "%s"', (queue, text) => {
  expect(queueText(queue)).toBe(text);
});
