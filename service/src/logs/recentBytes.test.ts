import { expect, test } from 'vitest';
import { RecentBytes } from './recentBytes.ts';

const bytes = (text: string) => Buffer.from(text);
const kept = 256 * 1024;

test('bytes are given from any offset that is kept', () => {
  const recent = new RecentBytes();
  recent.add(1, 10, bytes('abc'));
  recent.add(1, 13, bytes('def'));
  expect(recent.read(1, 10)).toEqual(bytes('abcdef'));
  expect(recent.read(1, 14)).toEqual(bytes('ef'));
});

test('what is before, behind or of another log is not here', () => {
  const recent = new RecentBytes();
  recent.add(1, 10, bytes('abc'));
  expect([recent.read(1, 9), recent.read(1, 13), recent.read(2, 10)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('after a gap only the bytes behind it are kept', () => {
  const recent = new RecentBytes();
  recent.add(1, 0, bytes('abc'));
  recent.add(1, 5, bytes('fg'));
  expect(recent.read(1, 0)).toBeUndefined();
  expect(recent.read(1, 5)).toEqual(bytes('fg'));
});

test('the oldest bytes go, never so many that less than the newest 256 KiB is there', () => {
  const recent = new RecentBytes();
  const chunk = new Uint8Array(60_000);
  for (let index = 0; index < 20; index++) recent.add(1, index * chunk.length, chunk);
  const end = 20 * chunk.length;
  expect(recent.read(1, 0)).toBeUndefined();
  expect(recent.read(1, end - kept)).toHaveLength(kept);
  expect(recent.read(1, end - kept - chunk.length)).toBeUndefined();
});

test('a log that is forgotten is not here', () => {
  const recent = new RecentBytes();
  recent.add(1, 0, bytes('abc'));
  recent.forget(1);
  expect(recent.read(1, 0)).toBeUndefined();
});
