import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveTimelines, againMs } from './liveTimelines.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const shown = new Set<string>();
  const refreshed: string[][] = [];
  const timelines = new LiveTimelines(
    (key) => shown.has(key),
    (keys) => refreshed.push([...keys]),
  );
  return { shown, refreshed, timelines };
}

test('a timeline that is shown is read again while its Attempt lives, and not longer', () => {
  const { shown, refreshed, timelines } = open();
  shown.add('a');
  timelines.set('a', true);
  vi.advanceTimersByTime(2 * againMs);
  expect(refreshed).toEqual([['a'], ['a']]);
  timelines.set('a', false);
  vi.advanceTimersByTime(5 * againMs);
  expect(refreshed).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('a timeline that nobody looks at is read when it is looked at again', () => {
  const { shown, refreshed, timelines } = open();
  timelines.set('a', true);
  vi.advanceTimersByTime(3 * againMs);
  timelines.look();
  expect(refreshed).toEqual([]);
  shown.add('a');
  timelines.look();
  expect(refreshed).toEqual([['a']]);
});

test('closed documents and a window that ends leave no timer', () => {
  const { timelines } = open();
  timelines.set('a', true);
  timelines.delete('a');
  expect(vi.getTimerCount()).toBe(0);
  timelines.set('b', true);
  timelines.dispose();
  expect(vi.getTimerCount()).toBe(0);
});
