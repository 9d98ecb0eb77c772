import { expect, test } from 'vitest';
import { changeOf, decorationWanted } from './decoration.ts';
import type { Decoration, LastApplied } from './lastApplied.ts';

const row = { title: 'Title', body: 'Body', publication: 'open', key: 'k' } as const;
const was: Decoration = { title: 'Title', body: 'Body', draft: false };
const last: LastApplied = { wanted: was, seen: { ...was, body: 'Body ' } };

test.each<[string, Partial<Decoration>, Partial<Decoration>, Partial<Decoration> | undefined]>([
  ['nothing else is wanted', {}, {}, undefined],
  ['another title is wanted', { title: 'New' }, {}, { title: 'New' }],
  ['a person has changed the title', {}, { title: 'Theirs' }, undefined],
  ['a person has changed it and we want another', { title: 'New' }, { title: 'Theirs' }, undefined],
  ['a person has changed it to what we want', { title: 'New' }, { title: 'New' }, undefined],
  ['the host has changed a blank', { body: 'New' }, { body: 'Body ' }, { body: 'New' }],
  ['it is to be a draft', { draft: true }, { title: 'Theirs' }, { draft: true }],
])('%s', (_what, wanted, seen, change) => {
  expect(changeOf({ ...was, ...wanted }, { ...was, ...seen }, last)).toEqual(change);
});

test('of one that we did not open nothing is changed', () => {
  expect(changeOf({ ...was, title: 'New' }, was, null)).toBeUndefined();
});

test('what is too long is cut with a note, and its marker stays', () => {
  const wanted = decorationWanted(
    { ...row, title: 't'.repeat(300), body: '😀'.repeat(1000) },
    { maxTitle: 250, maxBody: 500 },
  );
  expect(wanted.title).toHaveLength(250);
  expect(wanted.title.endsWith('…')).toBe(true);
  expect(wanted.body.length).toBeLessThanOrEqual(500);
  expect(wanted.body.isWellFormed()).toBe(true);
  expect(wanted.body).toMatch(/was cut here\.\)\n\n<!-- flotilla:k -->$/);
});
