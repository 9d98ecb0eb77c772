import { descriptors, noStep, type Descriptor, type LogRecord } from '@flotilla/shared/logs/frame';
import { array, assert, constantFrom, nat, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogText, type LogPart } from './logText.ts';

const { stdout, stderr, notice } = descriptors;

function record(text: string, descriptor: Descriptor = stdout, step = 0): LogRecord {
  return { step, descriptor, time: 0, data: new TextEncoder().encode(text) };
}

function shown(...records: LogRecord[]): string {
  const log = new LogText();
  const part = log.push(records);
  return part.text + log.settle().text;
}

describe('a line', () => {
  test('appears when it is complete, whatever it was cut into', () => {
    const log = new LogText();
    expect(log.push([record('one li')]).text).toBe('');
    expect(log.push([record('ne\ntw')]).text).toBe('one line\n');
    expect(log.push([record('o\r\n')]).text).toBe('two\n');
  });

  test('of one descriptor is not torn by the other', () => {
    expect(shown(record('out 1 '), record('err 1\n', stderr), record('still out 1\n'))).toBe(
      'err 1\nout 1 still out 1\n',
    );
  });

  test('that a progress bar writes again and again is its last state', () => {
    expect(shown(record('10%\r50%'), record('\r100%\r'), record('\ndone\n'))).toBe('100%\ndone\n');
  });

  test('longer than 8 KB is cut, and says how long it was', () => {
    const text = shown(record('x'.repeat(400 * 1024)), record('y\nshort\n'));
    expect(text.split('\n').map((line) => line.length)).toEqual([
      8192 + ' … (401 KB in this line)'.length,
      5,
      0,
    ]);
    expect(text).toContain('… (401 KB in this line)');
  });

  test('keeps characters whose bytes came apart', () => {
    const bytes = new TextEncoder().encode('grün €\n');
    const records = [...bytes].map((byte) => ({ ...record(''), data: new Uint8Array([byte]) }));
    expect(shown(...records)).toBe('grün €\n');
  });
});

describe('an unfinished line', () => {
  test('is shown when it was waited for, and goes on where it stopped', () => {
    const log = new LogText();
    log.push([record('Continue? ')]);
    expect(log.settle().text).toBe('Continue? ');
    expect(log.settle().text).toBe('');
    expect(log.push([record('yes\n')]).text).toBe('yes\n');
  });

  test('that is shown ends where another line begins', () => {
    const log = new LogText();
    log.push([record('a')]);
    log.settle();
    expect(log.push([record('b\n', stderr)]).text).toBe('\nb\n');
    expect(log.push([record('c\n')]).text).toBe('c\n');
  });

  test('that is shown and written anew goes on below', () => {
    const log = new LogText();
    log.push([record('10%')]);
    log.settle();
    expect(log.push([record('\r20%\n')]).text).toBe('\n20%\n');
  });
});

describe('a Step', () => {
  test('knows the line where it begins', () => {
    const log = new LogText();
    const { text } = log.push([record('fetched\n', notice, noStep), record('a\n'), record('b', stdout, 1)]);
    expect(text + log.settle().text).toBe('fetched\na\nb');
    expect([log.lineOfStep(0), log.lineOfStep(1), log.lineOfStep(2)]).toEqual([1, 2, undefined]);
  });

  test('ends the unfinished line of the one before', () => {
    const log = new LogText();
    expect(log.push([record('no end'), record('x\n', stdout, 1)]).text).toBe('no end\nx\n');
  });
});

describe('a mark', () => {
  test('covers what was coloured, in its line', () => {
    const log = new LogText();
    const { text, marks } = log.push([record('plain \u001b[31mred\nred too\u001b[0m plain\n')]);
    expect(marksWithText(text, marks)).toEqual([
      ['red', 'foregroundRed'],
      ['red too', 'foregroundRed'],
    ]);
  });

  test('covers the line with which a Runner begins a Step, and nothing that a Step itself writes', () => {
    const log = new LogText();
    const { text, marks } = log.push([
      { ...record('Step 1 of 2: npm ci\n', notice), beginsStep: true },
      { ...record('Step 1 of 2: no\n'), beginsStep: true },
      record('Step 1 of 2: Pulling\n', notice),
    ]);
    expect(marksWithText(text, marks)).toEqual([
      ['Step 1 of 2: npm ci', 'step'],
      ['Step 1 of 2: Pulling', 'notice'],
    ]);
  });

  test('covers what Flotilla itself says', () => {
    const log = new LogText();
    const { text, marks } = log.push([record('fetched in 1s\n', notice, noStep)]);
    expect(marksWithText(text, marks)).toEqual([['fetched in 1s', 'notice']]);
    expect(log.note('The end.')).toEqual({
      text: 'The end.\n',
      marks: [{ line: 1, start: 0, end: 8, style: 'notice' }],
    });
  });

  test('lies in the document whatever comes in, and the document is the same however it is cut', () => {
    const pieces = ['a', '\n', '\r', '\r\n', '\u001b[31m', '\u001b[0m', 'long text', 'ü'];
    const streams = tuple(constantFrom(...pieces), constantFrom(stdout, stderr), nat(1));
    assert(
      property(array(streams, { maxLength: 30 }), (inputs) => {
        const records = inputs.map(([text, descriptor, step]) => record(text, descriptor, step));
        const whole = new LogText();
        const { text, marks } = join([whole.push(records), whole.settle()]);
        const lines = text.split('\n');
        for (const { line, start, end } of marks) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(lines[line]?.length ?? -1);
        }
        const pieceByPiece = new LogText();
        const parts = records.map((one) => pieceByPiece.push([one]));
        expect(join([...parts, pieceByPiece.settle()])).toEqual({ text, marks });
      }),
    );
  });
});

function marksWithText(text: string, marks: LogPart['marks']): [string | undefined, string][] {
  const lines = text.split('\n');
  return marks.map(({ line, start, end, style }) => [lines[line]?.slice(start, end), style]);
}

function join(parts: readonly LogPart[]): LogPart {
  return {
    text: parts.map((part) => part.text).join(''),
    marks: parts.flatMap((part) => part.marks),
  };
}
