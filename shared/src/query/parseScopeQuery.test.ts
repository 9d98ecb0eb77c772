import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScopeQuery } from './parseScopeQuery.ts';

function queryOf(text: string) {
  const parsed = parseScopeQuery(text);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  const sources = (patterns: readonly { source: string }[]) => patterns.map((pattern) => pattern.source);
  const { repo, notRepo, file, literal, count } = parsed.query;
  return { repo: sources(repo), notRepo: sources(notRepo), file: sources(file), literal, count };
}

/** Each problem as the text it points to and what it says. */
function problemsOf(text: string): [string, string][] {
  const parsed = parseScopeQuery(text);
  if (parsed.ok) return [];
  return parsed.problems.map(({ offset, length, message }) => [text.slice(offset, offset + length), message]);
}

const all = { repo: [], notRepo: [], file: [], literal: null, count: null };

describe('a scope query', () => {
  test.each([
    ['', all],
    ['repo:', { ...all, repo: [''] }],
    [
      'repo:^web/ -repo:old file:package.json$ count:7',
      { repo: ['^web/'], notRepo: ['old'], file: ['package.json$'], literal: null, count: 7 },
    ],
    ['repo:a repo:b', { ...all, repo: ['a', 'b'] }],
    ['r:a -r:b f:c', { ...all, repo: ['a'], notRepo: ['b'], file: ['c'] }],
    ['path:src', { ...all, file: ['src'] }],
    ['REPO:Web', { ...all, repo: ['Web'] }],
    ['count:all', all],
    ['repo:a  left-pad   1.0 ', { ...all, repo: ['a'], literal: 'left-pad 1.0' }],
    ['"two  blanks"', { ...all, literal: 'two  blanks' }],
    ["'single' repo:a", { ...all, repo: ['a'], literal: 'single' }],
    ['"lang:go"', { ...all, literal: 'lang:go' }],
    ['"a \\"word\\" \\\\ b"', { ...all, literal: 'a "word" \\ b' }],
    ['file:"my docs/.*"', { ...all, file: ['my docs/.*'] }],
    ['8080:80', { ...all, literal: '8080:80' }],
    ['- x', { ...all, literal: '- x' }],
  ])('%j', (text, expected) => {
    expect(queryOf(text)).toEqual(expected);
  });

  test('keeps the place of each pattern, so that an error of the expression can point to it', () => {
    const text = 'repo:web -repo:"old one"';
    const parsed = parseScopeQuery(text);
    expect(parsed).toMatchObject({
      query: { repo: [{ offset: 5 }], notRepo: [{ offset: text.indexOf('"old') }] },
    });
  });
});

describe('a scope query is refused at its place:', () => {
  const count = '"count:" requires a positive number, or "all".';
  test.each([
    [
      'repo:web lang:go',
      'lang:go',
      '"lang:" is not a filter. Known are repo:, -repo:, file:, count:; put the word in quotation marks to look for it as text.',
    ],
    [
      'https://example.org',
      'https://example.org',
      '"https:" is not a filter. Known are repo:, -repo:, file:, count:; put the word in quotation marks to look for it as text.',
    ],
    ['-file:x', '-file:x', '"-file:" is not supported; "file:" is.'],
    ['repo:web@v2', 'repo:web@v2', 'A Target is always the default branch: "repo:" takes no "@revision".'],
    ['count:0', 'count:0', count],
    ['count:many', 'count:many', count],
    ['-count:3', '-count:3', count],
    ['count:1 count:2', 'count:2', '"count:" may be given only once.'],
    ['repo:a "open', '"open', 'This quotation mark has no partner.'],
  ])('%s', (text, place, message) => {
    expect(problemsOf(text)).toEqual([[place, message]]);
  });
});

test('any text is parsed or refused with problems that lie inside it', () => {
  const piece = constantFrom(
    'repo:',
    '-repo:',
    'file:',
    'count:',
    '"',
    "'",
    '\\',
    ' ',
    'a',
    '@',
    ':',
    '-',
    '\u{1f600}',
  );
  assert(
    property(array(piece), string(), (pieces, rest) => {
      const text = pieces.join('') + rest;
      const parsed = parseScopeQuery(text);
      if (parsed.ok) return;
      expect(parsed.problems.length).toBeGreaterThan(0);
      for (const { offset, length } of parsed.problems) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(length).toBeGreaterThan(0);
        expect(offset + length).toBeLessThanOrEqual(text.length);
      }
    }),
  );
});
