import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { manyLines, oneLine, shortened } from './oneLine.ts';

describe('one line', () => {
  test.each([
    ['a line feed', 'a\nb', 'a\ufffdb'],
    ['a carriage return', 'a\rb', 'a\ufffdb'],
    ['an escape', 'a\u001b[2Jb', 'a\ufffd[2Jb'],
    ['a control of eight bits', 'a\u009b2Jb', 'a\ufffd2Jb'],
    ['a NUL', 'a\0b', 'a\ufffdb'],
    ['an override of the direction', 'a\u202eb', 'a\ufffdb'],
    ['an isolate', 'a\u2067b', 'a\ufffdb'],
    ['the Arabic mark of direction', 'a\u061cb', 'a\ufffdb'],
    ['a line separator', 'a\u2028b', 'a\ufffdb'],
    ['a paragraph separator', 'a\u2029b', 'a\ufffdb'],
    ['a zero-width space', 'a\u200bb', 'a\ufffdb'],
    ['a zero-width joiner', 'a\u200db', 'a\ufffdb'],
    ['a soft hyphen', 'a\u00adb', 'a\ufffdb'],
    ['a tag', 'a\u{e0041}b', 'a\ufffdb'],
    ['an interlinear annotation', 'a\ufff9b', 'a\ufffdb'],
    ['a byte order mark', '\ufeffa', '\ufffda'],
    ['a filler of Hangul', 'a\u3164b', 'a\ufffdb'],
    ['a selector of variants', 'a\u{e0100}b', 'a\ufffdb'],
    ['half of a surrogate pair', 'a\ud800b', 'a\ufffdb'],
  ])('shows %s', (_what, text, shown) => {
    expect(oneLine(text)).toBe(shown);
  });

  test.each(['👨‍👩‍👧', '❤️', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '1️⃣', '🇩🇪', '👍🏽', 'Größe サイズ', 'שלום'])('leaves %s as it is', (text) => {
    expect(oneLine(text)).toBe(text);
  });

  test('has nothing unseen, whatever it is made from, and is one already when made again', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 60 }), (text) => {
        const line = oneLine(text);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u061c]/u);
        expect(oneLine(line)).toBe(line);
      }),
      { numRuns: 300 },
    );
  });
});

test('a text of several lines keeps its line feeds and tabs, and nothing else that is unseen', () => {
  expect(manyLines('a\r\n\tb\rc\u202ed')).toBe('a\n\tb\ufffdc\ufffdd');
});

test('a text that is too long is cut between characters', () => {
  expect(shortened('abc', 3)).toBe('abc');
  expect(shortened('abcd', 3)).toBe('abc…');
  expect(shortened('ab😀d', 3)).toBe('ab…');
});
