import { expect, test } from 'vitest';
import { FollowedLogs } from './followedLogs.ts';
import type { StreamPart } from './queries/readChunks.ts';

const part = (text: string): StreamPart => ({ data: Buffer.from(text), end: text.length, state: 'running' });

test('those who ask for the same bytes get one text', () => {
  const logs = new FollowedLogs();
  using _first = logs.enter(1);
  using _second = logs.enter(1);
  logs.add(1, 0, Buffer.from('abc'));
  const text = logs.recent(1, 0);
  expect(text).toEqual({ offset: 0, end: 3, data: Buffer.from('abc').toString('base64') });
  expect(logs.recent(1, 0)).toBe(text);
});

test('bytes that came since are in the next text', () => {
  const logs = new FollowedLogs();
  using _follower = logs.enter(1);
  logs.add(1, 0, Buffer.from('abc'));
  logs.recent(1, 0);
  logs.add(1, 3, Buffer.from('de'));
  expect([logs.recent(1, 0)?.end, logs.recent(1, 3)?.end, logs.recent(1, 5)]).toEqual([5, 5, undefined]);
});

test('nothing is kept of a log that nobody follows', () => {
  const logs = new FollowedLogs();
  logs.enter(1)[Symbol.dispose]();
  logs.add(1, 0, Buffer.from('abc'));
  expect(logs.recent(1, 0)).toBeUndefined();
});

test('looks of one turn are one, and a look that has begun is nobody else’s', async () => {
  const logs = new FollowedLogs();
  using _follower = logs.enter(1);
  const begun: string[] = [];
  const answers = new Map<string, () => void>();
  const read = (name: string) => async () => {
    begun.push(name);
    await new Promise<void>((resolve) => answers.set(name, resolve));
    return part(name);
  };
  const first = logs.look(1, 0, read('first'));
  const second = logs.look(1, 0, read('second'));
  await new Promise(setImmediate);
  const late = logs.look(1, 0, read('late'));
  await new Promise(setImmediate);
  expect(begun).toEqual(['first', 'late']);
  for (const answer of answers.values()) answer();
  expect(await Promise.all([first, second, late])).toEqual([part('first'), part('first'), part('late')]);
});
