import { expect, test } from 'vitest';
import { answerWithin } from './answerWithin.ts';

const never = new AbortController().signal;
const silence = () => new Promise<never>(() => undefined);

test('what a host says in time is its answer, and what it throws its reason', async () => {
  expect(await answerWithin(60_000, never, () => Promise.resolve('all'))).toBe('all');
  await expect(answerWithin(60_000, never, () => Promise.reject(new Error('it is off')))).rejects.toThrow(
    'it is off',
  );
});

test('a host that gives no answer in time has a reason of ours, also where it heard that its time is over', async () => {
  await expect(answerWithin(2, never, silence)).rejects.toThrow('it gave no answer for 0.002 s');
  const listening = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  await expect(answerWithin(2, never, listening)).rejects.toThrow('it gave no answer for 0.002 s');
});

test('who leaves hears why', async () => {
  const leaving = AbortSignal.abort(new Error('the editor has gone'));
  await expect(answerWithin(60_000, leaving, silence)).rejects.toThrow('the editor has gone');
});
