import { expect, test } from 'vitest';
import { parseNumstat } from './numstat.ts';

test('lines are counted for each file; binary files have none, renamed files both paths', () => {
  const output = [
    '3\t0\tnew.txt',
    '-\t-\timage.png',
    '1\t2\t',
    'old name',
    'new name',
    '0\t9\ttab\there',
  ].join('\0');
  expect(parseNumstat(Buffer.from(`${output}\0`))).toEqual([
    { path: 'new.txt', previousPath: null, addedLines: 3, removedLines: 0 },
    { path: 'image.png', previousPath: null, addedLines: null, removedLines: null },
    { path: 'new name', previousPath: 'old name', addedLines: 1, removedLines: 2 },
    { path: 'tab\there', previousPath: null, addedLines: 0, removedLines: 9 },
  ]);
});

test('no difference is no file', () => {
  expect(parseNumstat(Buffer.alloc(0))).toEqual([]);
});
