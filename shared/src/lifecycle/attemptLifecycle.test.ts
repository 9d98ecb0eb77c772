import { describe, expect, test } from 'vitest';
import {
  attemptEvents,
  attemptStates,
  attemptTransitions,
  isAttemptLive,
  liveAttemptStates,
  type AttemptEvent,
  type AttemptState,
} from './attemptLifecycle.ts';

const ends = {
  succeed: 'succeeded',
  fail: 'failed',
  timeOut: 'timedOut',
  cancel: 'cancelled',
  error: 'errored',
  lose: 'lost',
  release: 'released',
} as const;

/** docs/spec/jobLifecycle.md: `claimed → running → ended`, and every end also straight from `claimed`; nothing follows an end. */
function expected(state: AttemptState, event: AttemptEvent): AttemptState | null {
  if (state !== 'claimed' && state !== 'running') return null;
  if (event === 'start') return state === 'claimed' ? 'running' : null;
  return ends[event];
}

const cells = attemptStates.flatMap((state) => attemptEvents.map((event) => [state, event] as const));

test('the table has every cell and no other', () => {
  expect(Object.keys(attemptTransitions).sort()).toEqual([...attemptStates].sort());
  for (const row of Object.values(attemptTransitions)) {
    expect(Object.keys(row).sort()).toEqual([...attemptEvents].sort());
  }
  expect(cells).toHaveLength(72);
});

describe('an Attempt that is', () => {
  test.each(cells)('%s and meets "%s"', (state, event) => {
    expect(attemptTransitions[state][event]).toBe(expected(state, event));
  });
});

test('an Attempt lives while something can still happen to it', () => {
  const live = attemptStates.filter((state) =>
    Object.values(attemptTransitions[state]).some((next) => next !== null),
  );
  expect(live).toEqual([...liveAttemptStates]);
  expect(attemptStates.filter(isAttemptLive)).toEqual(live);
});
