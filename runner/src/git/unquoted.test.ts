import { assert, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { unquoted } from './unquoted.ts';

test.each([
  ['a/plain b/plain', 'a/plain b/plain'],
  [String.raw`"a/li\nne" "b/li\nne"`, 'a/li\nne b/li\nne'],
  [String.raw`"a/\"q\" \\ \t\a" b/x`, 'a/"q" \\ \t\u0007 b/x'],
  [String.raw`"a/\303\244"`, 'a/ä'],
  [String.raw`a/back\slash`, String.raw`a/back\slash`],
])('%s', (line, names) => {
  expect(unquoted(Buffer.from(line)).toString()).toBe(names);
});

test('what git writes for a name of any bytes becomes that name again', () => {
  assert(
    property(uint8Array({ minLength: 1 }), (name) => {
      expect([...unquoted(quotedAsGitDoes(name))]).toEqual([...name]);
    }),
  );
});

test('any line has an answer, no longer than it is, in a time that grows with its length alone', () => {
  assert(property(uint8Array({ maxLength: 2000 }), (line) => unquoted(line).length <= line.length));
  // Of the processor: other programs of the machine take none of it.
  const msOf = (length: number) => {
    const line = Buffer.alloc(length, '"\\');
    const times = Array.from({ length: 5 }, () => {
      const began = process.cpuUsage();
      unquoted(line);
      return process.cpuUsage(began).user / 1000;
    });
    return Math.min(...times);
  };
  expect(msOf(400_000)).toBeLessThan(Math.max(3 * msOf(200_000), 50));
});

/** As quote_c_style does, for bytes that are all unusual to it. */
function quotedAsGitDoes(name: Uint8Array): Buffer {
  const parts = [...name].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return Buffer.from([0x5c, byte]);
    if (byte >= 0x20 && byte !== 0x7f) return Buffer.from([byte]);
    const letter = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r' }[byte];
    return Buffer.from(`\\${letter ?? byte.toString(8).padStart(3, '0')}`);
  });
  return Buffer.concat([Buffer.from('"'), ...parts, Buffer.from('"')]);
}
