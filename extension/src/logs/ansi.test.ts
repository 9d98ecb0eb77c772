import { array, assert, constantFrom, nat, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnsiParser, type StyledRun } from './ansi.ts';
import { processorMs } from '@flotilla/shared/processorTime';

const esc = '\u001b';

function parse(...chunks: string[]): StyledRun[] {
  const parser = new AnsiParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

/** Runs joined where their styles are the same: what a reader sees. */
function seen(runs: readonly StyledRun[]): [string, ...string[]][] {
  const joined: { text: string; key: string }[] = [];
  for (const { text, styles } of runs) {
    const last = joined.at(-1);
    const key = styles.join(' ');
    if (last?.key === key) last.text += text;
    else joined.push({ text, key });
  }
  return joined.map(({ text, key }) => (key === '' ? [text] : [text, ...key.split(' ')]));
}

describe('a style', () => {
  test('begins and ends where its sequences are', () => {
    expect(seen(parse(`a${esc}[31mred${esc}[0mb`))).toEqual([['a'], ['red', 'foregroundRed'], ['b']]);
  });

  test('can have several parts, and lose one of them', () => {
    expect(seen(parse(`${esc}[1;4;92;41mx${esc}[24my${esc}[mz`))).toEqual([
      ['x', 'foregroundBrightGreen', 'backgroundRed', 'bold', 'underline'],
      ['y', 'foregroundBrightGreen', 'backgroundRed', 'bold'],
      ['z'],
    ]);
  });

  test('of 256 or of 16 million colours is the nearest of the theme', () => {
    expect(seen(parse(`${esc}[38;5;196mr${esc}[38;2;30;200;40mg${esc}[48;5;21mb`))).toEqual([
      ['r', 'foregroundBrightRed'],
      ['g', 'foregroundBrightGreen'],
      ['b', 'foregroundBrightGreen', 'backgroundBrightBlue'],
    ]);
    expect(seen(parse(`${esc}[38;5;240mgrey`))).toEqual([['grey', 'foregroundBrightBlack']]);
  });

  test('can be inverse', () => {
    expect(seen(parse(`${esc}[7mx${esc}[27my`))).toEqual([
      ['x', 'foregroundBlack', 'backgroundWhite'],
      ['y'],
    ]);
  });
});

describe('what is no text is dropped', () => {
  test.each([
    ['a hyperlink keeps its text', `${esc}]8;;http://x${esc}\\link${esc}]8;;\u0007`, 'link'],
    ['cursor moves and erasing', `a${esc}[2K${esc}[1;1Hb${esc}[?25lc`, 'abc'],
    ['the title of a window', `${esc}]0;title\u0007text`, 'text'],
    ['a two-character sequence', `a${esc}(Bb${esc}=c`, 'abc'],
    ['other control characters', 'a\u0000b\u0007c\u009bd', 'abcd'],
    ['a lone escape', `a${esc}\u0001b`, 'ab'],
  ])('%s', (_name, input, text) => {
    expect(
      parse(input)
        .map((run) => run.text)
        .join(''),
    ).toBe(text);
  });

  test('line feeds, carriage returns and tabs stay', () => {
    expect(parse('a\tb\r\nc')).toEqual([{ text: 'a\tb\r\nc', styles: [] }]);
  });

  test('a string that never ends does not swallow the log', () => {
    const text = parse(`${esc}]never ${'x'.repeat(5000)}`, 'more')
      .map((run) => run.text)
      .join('');
    expect(text.endsWith('more')).toBe(true);
  });
});

test('where the stream is cut makes no difference', () => {
  const pieces = [
    esc,
    '[',
    '3',
    '1',
    'm',
    '0;',
    'a',
    '\n',
    ']8;;',
    '\\',
    '\u0007',
    '(B',
    '[K',
    '38;5;100m',
    'ä',
  ];
  assert(
    property(array(constantFrom(...pieces), { maxLength: 40 }), (parts) => {
      const whole = seen(parse(parts.join('')));
      expect(seen(parse(...parts))).toEqual(whole);
    }),
  );
});

test('whatever a Step writes, what is left has no control but line ends and tabs, however it is cut', () => {
  const pieces = constantFrom(
    '\u001b',
    '[',
    ']',
    '8;;https://x',
    '52;c;',
    ';',
    '38',
    '31',
    'm',
    'H',
    '\u0007',
    '\\',
    'text',
    '\n',
    '\u009b',
    'P',
    '\r',
  );
  assert(
    property(array(pieces, { maxLength: 40 }), nat(40), (parts, cut) => {
      const whole = new AnsiParser().push(parts.join(''));
      const parser = new AnsiParser();
      const inTwo = [...parser.push(parts.slice(0, cut).join('')), ...parser.push(parts.slice(cut).join(''))];
      const textOf = (runs: readonly StyledRun[]) => runs.map(({ text }) => text).join('');
      expect(textOf(inTwo)).toBe(textOf(whole));
      expect(textOf(whole)).not.toMatch(/[^\n\r\t\P{Cc}]/u);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['colours within colours', '\u001b[', '38;', 'm'],
  ['beginnings of sequences', '', '\u001b[1;2', 'x'],
  ['a title without an end', '\u001b]0;', 'title', ''],
  ['escapes', '', '\u001b', ''],
  ['strings', '', '\u001bP', 'q'],
])('%s cost time that grows with their length alone', (_what, begin, more, end) => {
  const timeOf = (times: number) => {
    const text = begin + more.repeat(times) + end;
    const began = processorMs();
    new AnsiParser().push(text);
    return processorMs() - began;
  };
  timeOf(1000);
  const once = timeOf(150_000);
  expect(timeOf(300_000)).toBeLessThan(Math.max(500, 4 * once));
});
