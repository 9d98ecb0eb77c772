import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeRepository } from '../../support/repositories.ts';
import { waitFor } from '../../support/waitFor.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { impatientUser } from '../support/impatientUser.ts';
import { programsOf } from '../support/programsOf.ts';
import { makeSharedTree } from '../support/sharedTree.ts';
import { reasonOf } from '../support/reasonOf.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
let reader: AttackedService['reader']['api'];
beforeAll(async () => {
  attacked = await attackedService({
    repositories: async (folder) => {
      await makeRepository(join(folder, 'plain'), { files: { file: 'text\n' } });
      // A text search of it never ends.
      await makeSharedTree(join(folder, 'milliard'), { width: 1000, depth: 3, content: 'nothing here\n' });
    },
  });
  reader = attacked.reader.api;
  return () => attacked[Symbol.asyncDispose]();
});

const preview = (query: string) => reader.scopes.preview.query({ query });

test.each([
  ['a NUL in a text', 'a\0b', 'The query has a NUL character at column 2'],
  ['a NUL alone', '\0', 'The query has a NUL character at column 1'],
  ['a NUL in quotation marks', '"\0"', 'The query has a NUL character at column 2'],
  ['a NUL in file:', 'file:a\0', 'The query has a NUL character at column 7'],
  ['a NUL in repo:', 'repo:\0', 'The query has a NUL character at column 6'],
  ['a line end in a text', '"a\nb"', 'leave the line end out'],
  ['no partner of a mark', '"a', 'has no partner'],
  ['a pattern that is none', 'file:(', 'is not a regular expression'],
  ['a look-around', 'file:(?=a)', 'is not a regular expression'],
  ['a thousand repetitions, often', `file:${'.{1000}'.repeat(100)}`, 'too large'],
  ['repetitions in each other', 'file:((((a{9}){9}){9}){9}){9}', 'regular expression'],
  ['three thousand classes of letters', `repo:${'\\pL'.repeat(3000)}`, 'too large'],
  ['four hundred of nearly all letters', `file:${'[\\x{100}-\\x{10FFFF}]'.repeat(400)}`, 'too large'],
  ['a thousand patterns', 'file:a '.repeat(1000), 'too large'],
  ['a thousand patterns of names', 'repo:a '.repeat(1000), 'too large'],
  ['nine thousand brackets', `file:${'('.repeat(9000)}`, 'is not a regular expression'],
  ['a text of 10,001 letters', 'a'.repeat(10_001), 'The query has 10001 characters'],
  ['a text of three million', 'a'.repeat(3_000_000), 'The query has 3000000 characters'],
])('%s is refused with a sentence', async (_what, query, message) => {
  await withinBounds(attacked, () => expect(preview(query)).rejects.toThrow(message));
});

test.each([
  ['a text of 9,980 letters', 'a'.repeat(9980)],
  ['an option', '--open-files-in-pager=touch'],
  ['an option of git grep in quotation marks', '"-e"'],
  ['half of a surrogate pair', '\ud800'],
  ['a text that is no text', '\u0007\u001b[31m\u202e'],
])('%s is a text like any other', async (_what, query) => {
  const { leftOut } = await withinBounds(attacked, () => preview(`repo:plain ${query}`));
  const reason = reasonOf(leftOut, 'plain');
  expect(reason).toMatch(/^does not contain /);
  expect(reason?.length).toBeLessThan(120);
});

const search = { query: 'nowhere' };
const programs = () => programsOf(attacked.service.pid);

test('a search ends when its asker has gone, and others are answered meanwhile', async () => {
  await withinBounds(attacked, async () => {
    {
      await using leaving = await impatientUser(attacked.url, attacked.readerToken);
      leaving.ask('scopes.preview', search);
      await waitFor('the search', () => programs().length > 0);
    }
    await waitFor('its end', () => programs().length === 0, { timeoutMs: 2000 });
  });
  expect(programs()).toEqual([]);
});

test('fifty searches of one user run one at a time, and hold up neither another user nor a scan', async () => {
  await using leaving = await impatientUser(attacked.url, attacked.readerToken);
  const attack = async () => {
    for (let count = 0; count < 50; count += 1) leaving.ask('scopes.preview', search);
    await waitFor('a search', () => programs().length > 0);
    const begun = performance.now();
    await attacked.client.api.repositories.sync.mutate();
    const other = await attacked.client.api.scopes.preview.query({ query: 'repo:plain text' });
    return { other, tookMs: performance.now() - begun };
  };
  // One of the attacker's; beside it the other user's, or those of his scan.
  const { other, tookMs } = await withinBounds(attacked, attack, { programs: 3 });
  expect(other.targets.map(({ repository }) => repository)).toEqual(['plain']);
  expect(tookMs).toBeLessThan(2000);
  expect(programs().length).toBe(1);
});

test.each([
  ['many filters', 'repo:a '.repeat(500)],
  ['many classes', `repo:${'\\W'.repeat(4900)}`],
  ['many options', `repo:${'a?'.repeat(4800)}`],
])('sixty queries of %s hold up nobody else', async (_what, query) => {
  const previews = await withinBounds(attacked, () =>
    Promise.all(Array.from({ length: 60 }, () => preview(query))),
  );
  expect(previews).toHaveLength(60);
});
