import { messageOf } from '@flotilla/shared/errors';
import { array, assert, constantFrom, oneof, property, uint8Array, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { parseTreeDiff, shownPath } from './treeDiff.ts';

const [one, two, none] = ['1'.repeat(40), '2'.repeat(40), '0'.repeat(40)];
const output = (...items: readonly string[]) =>
  Buffer.from(items.map((item) => `${item}\0`).join(''), 'latin1');

test('each file has its modes, ids and lines; a renamed one both paths, a binary one no lines', () => {
  const changes = parseTreeDiff(
    output(
      `:000000 100644 ${none} ${one} A`,
      'tab\there',
      `:100644 100755 ${one} ${two} R087`,
      'old',
      'new',
      `:100644 000000 ${one} ${none} D`,
      '1\t2\tgone',
      `:100644 120000 ${one} ${two} T`,
      ':100644',
      `:100644 100644 ${one} ${two} M`,
      '\xff.png',
      '3\t0\ttab\there',
      '1\t2\t',
      'old',
      'new',
      '0\t9\t1\t2\tgone',
      '1\t1\t:100644',
      '-\t-\t\xff.png',
    ),
  );
  const shown = changes.map((change) => [change.status, change.path, change.previousPath]);
  expect(shown).toEqual([
    ['added', 'tab\there', null],
    ['renamed', 'new', 'old'],
    ['deleted', '1\t2\tgone', null],
    ['typeChanged', ':100644', null],
    ['modified', '\xff.png', null],
  ]);
  expect(changes.map((change) => [change.addedLines, change.removedLines])).toEqual([
    [3, 0],
    [1, 2],
    [0, 9],
    [1, 1],
    [null, null],
  ]);
  expect(changes[0]).toMatchObject({ base: null, result: { mode: '100644', id: one } });
  expect(changes[2]).toMatchObject({ base: { mode: '100644', id: one }, result: null });
  expect(shownPath('\xff.png')).toBe('\ufffd.png');
  expect(shownPath('\xc3\xbc')).toBe('ü');
});

test('no difference is no file', () => {
  expect(parseTreeDiff(Buffer.alloc(0))).toEqual([]);
});

const bytes = uint8Array({ maxLength: 30 }).map((some) => Buffer.from(some).toString('latin1'));

test('paths of any bytes come back as they were', () => {
  const path = bytes.map((some) => `x${some.replaceAll('\0', '')}`);
  assert(
    property(uniqueArray(path, { maxLength: 20 }), (paths) => {
      const raw = paths.flatMap((one_) => [`:100644 100644 ${one} ${two} M`, one_]);
      const counts = paths.map((one_, index) => `${index}\t0\t${one_}`);
      const changes = parseTreeDiff(output(...raw, ...counts));
      expect(changes.map((change) => [change.path, change.addedLines])).toEqual(
        paths.map((one_, index) => [one_, index]),
      );
    }),
  );
});

test('what git never writes is an Error, and nothing else', () => {
  const item = oneof(
    constantFrom(
      `:100644 100644 ${one} ${two} M`,
      `:100644 100644 ${one} ${two} R100`,
      ':',
      '1\t2\t',
      '-\t-\tx',
    ),
    bytes,
  );
  assert(
    property(array(item), (items) => {
      let said = 'git diff-tree ';
      try {
        parseTreeDiff(output(...items));
      } catch (error) {
        said = messageOf(error);
      }
      expect(said).toMatch(/^git diff-tree /);
    }),
  );
});
