import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Coalescer } from './coalescer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a single change is handed on at once, a storm once per interval', () => {
  const flushes: string[][] = [];
  const coalescer = new Coalescer<string>(250, (items) => flushes.push([...items]));
  coalescer.add(['a']);
  vi.advanceTimersByTime(0);
  expect(flushes).toEqual([['a']]);

  for (let time = 0; time < 250; time += 10) {
    coalescer.add(['a', 'b']);
    vi.advanceTimersByTime(10);
  }
  expect(flushes).toEqual([['a'], ['a', 'b']]);
});

test('after it was disposed nothing is handed on', () => {
  const flushes: unknown[] = [];
  const coalescer = new Coalescer<string>(250, (items) => flushes.push(items));
  coalescer.add(['a']);
  coalescer.dispose();
  vi.runAllTimers();
  expect(flushes).toEqual([]);
});

test('an interval that depends on something is asked for when it matters', () => {
  const flushes: string[][] = [];
  let intervalMs = 1000;
  const coalescer = new Coalescer<string>(
    () => intervalMs,
    (items) => flushes.push([...items]),
  );
  coalescer.add(['a']);
  vi.advanceTimersByTime(0);
  intervalMs = 10_000;
  coalescer.add(['b']);
  vi.advanceTimersByTime(9000);
  expect(flushes).toEqual([['a']]);
  vi.advanceTimersByTime(1000);
  expect(flushes).toEqual([['a'], ['b']]);
});
