import { expect, test } from 'vitest';
import { whenBack } from './whenBack.ts';

/** As the driver rejects a statement when no server listens. */
class Away extends Error {
  readonly code = 'ECONNREFUSED';
  readonly query = 'select 1';
}

/** A read that the database answers the so-many-th time. */
function answersAt(count: number) {
  const read = { tries: 0, read: () => Promise.resolve('the answer') };
  read.read = () => {
    read.tries += 1;
    return read.tries < count ? Promise.reject(new Away()) : Promise.resolve('the answer');
  };
  return read;
}

const signal = new AbortController().signal;

test('a read is repeated until the database is back', async () => {
  const asked = answersAt(3);
  expect(await whenBack(asked.read, { patienceMs: 60_000, signal })).toBe('the answer');
  expect(asked.tries).toBe(3);
});

test('when patience is over, what the last try met is thrown', async () => {
  await expect(whenBack(answersAt(Infinity).read, { patienceMs: 0, signal })).rejects.toThrow(Away);
});

test('a statement that is wrong is not repeated', async () => {
  let tries = 0;
  const wrong = () => {
    tries += 1;
    return Promise.reject(new Error('syntax error'));
  };
  await expect(whenBack(wrong, { patienceMs: 60_000, signal })).rejects.toThrow('syntax error');
  expect(tries).toBe(1);
});

test('who no longer waits is let go', async () => {
  const asked = answersAt(Infinity);
  const gone = AbortSignal.abort();
  await expect(whenBack(asked.read, { patienceMs: 60_000, signal: gone })).rejects.toThrow(Away);
  expect(asked.tries).toBe(1);
});
