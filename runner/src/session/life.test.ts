import { expect, test } from 'vitest';
import { Life, RefusedError } from './life.ts';

function begin() {
  const [drain, stop] = [new AbortController(), new AbortController()];
  return { drain, stop, life: new Life(drain.signal, stop.signal) };
}

test('a runner’s own end leads from working over draining and stopping to the end, and never back', () => {
  const { drain, stop, life } = begin();
  expect(life.mode).toBe('working');
  drain.abort();
  expect(life.mode).toBe('draining');
  life.heed(true);
  life.heed(false);
  expect(life.mode).toBe('draining');
  stop.abort();
  expect(life.mode).toBe('stopping');
  life.end();
  expect(life.mode).toBe('ended');
});

test('a person’s word leads to draining and back, and is said once', () => {
  const { life } = begin();
  expect([life.heed(true), life.mode]).toEqual([true, 'draining']);
  expect(life.heed(true)).toBe(false);
  expect(life.drained.aborted).toBe(false);
  expect([life.heed(false), life.mode]).toEqual([true, 'working']);
});

test('a stop without a drain before is one', () => {
  const { stop, life } = begin();
  stop.abort();
  expect(life.drained.aborted).toBe(true);
});

test('a service that refuses a runner stops it, with the reason', () => {
  const { life } = begin();
  life.throwIfRefused();
  life.refuse('no such token');
  expect(life.mode).toBe('stopping');
  expect(() => life.throwIfRefused()).toThrow(new RefusedError('no such token'));
});
