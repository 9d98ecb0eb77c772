import { expect, test } from 'vitest';
import { findMatchingPath } from './matchingPath.ts';

/** `count` chunks of the same text. */
async function* repeated(text: string, count: number): AsyncGenerator<Buffer> {
  for (let index = 0; index < count; index += 1) yield Buffer.from(text);
}

const isB = (path: string) => path === 'b';

test.each([
  ['a\0b\0', 'found'],
  ['a\0bb\0', 'none'],
  ['', 'none'],
  [`${'b'.repeat(5000)}\0`, 'none'],
])('%j is searched', async (text, result) => {
  expect(await findMatchingPath(repeated(text, 1), [isB])).toBe(result);
});

test('all matchers have to match the same path', async () => {
  const matchers = [(path: string) => path.startsWith('a'), (path: string) => path.endsWith('b')];
  expect(await findMatchingPath(repeated('a\0b\0', 1), matchers)).toBe('none');
  expect(await findMatchingPath(repeated('a/b\0', 1), matchers)).toBe('found');
});

test('what is before a path is not looked at', async () => {
  expect(await findMatchingPath(repeated('id:b\0', 1), [isB], 3)).toBe('found');
});

test('paths are counted, also those that are too long, and no more is read than may be', async () => {
  let read = 0;
  const endless = (async function* () {
    for (;;) {
      read += 1;
      yield Buffer.from(`a\0${'c'.repeat(5000)}\0`);
    }
  })();
  expect(await findMatchingPath(endless, [isB], 0, 1000)).toBe('tooMany');
  expect(read).toBeLessThan(510);
});

test('others have their turn while paths are matched, however slowly', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const slow = () => {
    const until = performance.now() + 3;
    while (performance.now() < until);
    return false;
  };
  await findMatchingPath(repeated('a\0'.repeat(50), 1), [slow]);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
