import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test('a line keeps its colours where they are shown, and ends them', () => {
  expect(printable('\u001b[31mred\u001b[0m', true)).toBe('\u001b[31mred\u001b[0m\u001b[0m');
  expect(printable('\u001b[31mred\u001b[0m', false)).toBe('red');
});

test.each([
  ['clears the screen', '\u001b[2Jgone', 'gone'],
  ['moves the cursor', 'a\u001b[10;10Hb', 'ab'],
  ['sets the title of the window', '\u001b]0;title\u0007text', 'text'],
  ['rings the bell', 'ding\u0007', 'ding\ufffd'],
  ['turns the direction of text', 'a\u202eb', 'a\ufffdb'],
  ['makes a link', '\u001b]8;;https://example.com\u001b\\text\u001b]8;;\u001b\\', 'text'],
  ['writes to the clipboard', 'a\u001b]52;c;ZXZpbA==\u0007b', 'ab'],
  ['hides a mark of direction', 'a\u061cb', 'a\ufffdb'],
  ['draws over itself', '10 %\r50 %\r100 %\r', '100 %'],
])('a line that %s is made harmless', (_, line, shown) => {
  expect(printable(line, true)).toBe(shown);
  expect(printable(line, false)).toBe(shown);
});

test('a plain line, tabs included, stays as it is', () => {
  expect(printable('\tfoo: Größe サイズ', true)).toBe('\tfoo: Größe サイズ');
});
