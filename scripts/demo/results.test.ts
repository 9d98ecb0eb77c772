import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aJob } from '../../extension/src/model/builders.ts';
import { temporaryFolder } from '../../test/support/temporaryFolder.ts';
import { secondsOf, writeResults } from './results.ts';

test('how long a Job took is said to the millisecond, whatever fractions the database keeps', () => {
  expect(secondsOf({ startedAt: 1_795_629_120_686.123, endedAt: 1_795_629_122_024.789 })).toBe(1.339);
  expect(secondsOf({ startedAt: 1_795_629_120_686.1, endedAt: 1_795_629_120_686.9 })).toBe(0.001);
});

test('a Job that never began took no time', () => {
  expect(secondsOf({ startedAt: null, endedAt: 1000 })).toBe(0);
});

test('Jobs of one name on two hosts have a patch each, and the summary says which is whose', async () => {
  await using folder = await temporaryFolder();
  const bytes = (text: string) => new TextEncoder().encode(text);
  const here = aJob({ codeHost: 'here' });
  const there = aJob({ codeHost: 'there', codeHostId: 2, repositoryId: 2, directory: 'apps/a' });
  const unchanged = aJob({ repository: 'docs', repositoryId: 3 });
  await writeResults(folder.path, [
    { job: here, patch: bytes('of here') },
    { job: there, patch: bytes('of there') },
    { job: unchanged, patch: null },
  ]);
  const files = ['here__web.patch', 'there__web.patch'];
  expect((await readdir(folder.path)).sort()).toEqual([files[0], 'summary.json', files[1]]);
  expect(await readFile(join(folder.path, 'there__web.patch'), 'utf8')).toBe('of there');
  expect(JSON.parse(await readFile(join(folder.path, 'summary.json'), 'utf8'))).toMatchObject([
    { codeHost: 'here', repository: 'web', directory: '', patch: 'here__web.patch' },
    { codeHost: 'there', repository: 'web', directory: 'apps/a', patch: 'there__web.patch' },
    { repository: 'docs', patch: null },
  ]);
});

test('a Job has the same file whichever others changed something', async () => {
  await using folder = await temporaryFolder();
  const [lower, upper] = [aJob({ id: 1 }), aJob({ id: 2, repositoryId: 2, repository: 'WEB' })];
  const patch = new Uint8Array(1);
  const both = await writeResults(folder.path, [
    { job: lower, patch },
    { job: upper, patch },
  ]);
  const one = await writeResults(folder.path, [
    { job: lower, patch: null },
    { job: upper, patch },
  ]);
  expect(one[1]?.patch).toBe(both[1]?.patch);
});

test('patches of an earlier summary are gone, and other files stay', async () => {
  await using folder = await temporaryFolder();
  await writeResults(folder.path, [{ job: aJob({ repository: 'old' }), patch: new Uint8Array(1) }]);
  await writeFile(join(folder.path, 'mine.patch'), 'not of the demo');
  await writeResults(folder.path, []);
  expect((await readdir(folder.path)).sort()).toEqual(['mine.patch', 'summary.json']);
});
