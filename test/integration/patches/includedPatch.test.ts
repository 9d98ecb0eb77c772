import { join } from 'node:path';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { patchOf, type Changes } from '../../support/patches.ts';
import { git, makeRepository } from '../../support/repositories.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import type { TestRunner } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';

const long = (first: string) => `${first}\n${'the same line\n'.repeat(20)}`;

let flotilla: TestService;
let runner: TestRunner;
let source: string;
let job: ClaimedJob;

beforeAll(async () => {
  flotilla = await testService({
    repositories: async (folder) => {
      source = join(folder, 'one');
      await makeRepository(source, {
        files: {
          a: 'a\n',
          b: long('b'),
          'run.sh': '#!/bin/sh\n',
          'folder/one': '1\n',
          'folder/two': '2\n',
          'logo.png': Buffer.from([0, 1, 2, 3]),
          'ünï "code"\n': 'odd\n',
        },
      });
    },
  });
  runner = await flotilla.connectRunner();
});
afterAll(() => flotilla[Symbol.asyncDispose]());

beforeEach(async () => {
  await startExecution(flotilla.api);
  job = await runner.claimOne();
});

async function patchText(place = 'patch/included'): Promise<Buffer> {
  const response = await fetch(`${flotilla.url}/attempts/${job.attemptId}/${place}`, {
    headers: { authorization: `Bearer ${flotilla.userToken}` },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.status).toBe(200);
  expect(response.headers.get('content-length')).toBe(String(bytes.length));
  return bytes;
}

const leaveOut = (path: string) =>
  flotilla.api.jobs.setIncluded.mutate({ jobId: job.jobId, path, included: false });

/** What a Patch changes, when it is applied to the base by real git: letters and paths. */
async function changesOf(patch: Buffer): Promise<string[]> {
  if (patch.length === 0) return [];
  await using folder = await temporaryFolder();
  await git(folder.path, ['clone', '--quiet', source, 'work']);
  const work = join(folder.path, 'work');
  await git(work, ['apply', '--index', '-'], 'utf8', patch);
  const status = await git(work, ['diff', '--cached', '--name-status', '--no-renames', '-z']);
  const items = status.split('\0');
  return items.flatMap((item, index) =>
    index % 2 === 0 && item !== '' ? [`${item} ${items[index + 1]}`] : [],
  );
}

const cases: readonly (readonly [string, Changes, readonly string[], readonly string[]])[] = [
  ['a changed file', { write: { a: 'A\n', 'run.sh': 'x\n' } }, ['run.sh'], ['M a']],
  ['a new file', { write: { new: 'n\n', a: 'A\n' } }, ['new'], ['M a']],
  ['a removed file', { remove: ['a', 'b'] }, ['a'], ['D b']],
  [
    'a mode',
    { write: { 'run.sh': { content: '#!/bin/sh\n', executable: true }, a: 'A\n' } },
    ['run.sh'],
    ['M a'],
  ],
  ['a link', { write: { a: { symlink: 'b' }, b: 'B\n' } }, ['a'], ['M b']],
  ['a binary file', { write: { 'logo.png': Buffer.from([9, 0, 9]), a: 'A\n' } }, ['logo.png'], ['M a']],
  ['a renamed file', { move: [['b', 'c']], write: { a: 'A\n' } }, ['c'], ['M a']],
  ['by its old path, which is none', { move: [['b', 'c']] }, ['b'], ['D b', 'A c']],
  [
    'a file in whose place a folder came',
    { remove: ['a'], write: { 'a/x': 'x\n', ab: 'y\n' } },
    ['a'],
    ['A ab'],
  ],
  [
    'a folder in whose place a file came',
    { remove: ['folder'], write: { folder: 'f\n' } },
    ['folder/one'],
    ['D folder/two'],
  ],
  [
    'an odd name',
    { write: { 'ünï "code"\n': 'x\n', 'tab\there': 'x\n' } },
    ['ünï "code"\n'],
    ['A tab\there'],
  ],
  [
    'what is no pattern',
    { write: { a: 'A\n', b: 'B\n' } },
    ['*', ':(glob)**', '.', 'a/', 'A'],
    ['M a', 'M b'],
  ],
  ['everything', { write: { a: 'A\n', new: 'n\n' } }, ['a', 'new'], []],
];

test.each(cases)(
  'without %s the Patch still applies, and makes the rest',
  async (_what, changes, leftOut, rest) => {
    await runner.succeed(job, await patchOf(source, changes));
    for (const path of leftOut) await leaveOut(path);
    expect(await changesOf(await patchText())).toEqual(rest);
  },
);

test('without anything left out it is the whole, byte for byte, and so it is for whoever asks for the whole', async () => {
  const patch = await patchOf(source, { write: { a: 'A\n', 'logo.png': Buffer.from([9, 0, 9]) } });
  await runner.succeed(job, patch);
  expect(await patchText()).toEqual(patch.bytes);
  await leaveOut('a');
  expect(await patchText('patch')).toEqual(patch.bytes);
  expect(await changesOf(await patchText())).toEqual(['M logo.png']);
});

test('a file is left out under the name that is shown, whatever its bytes', async () => {
  await using folder = await temporaryFolder();
  await git(folder.path, ['clone', '--quiet', source, 'work']);
  const work = join(folder.path, 'work');
  const blob = await git(work, ['hash-object', '-w', '--stdin'], 'utf8', 'x\n');
  const entries = ['bad\xff.sh', 'good'].map((path) => `100644 ${blob}\t${path}\0`).join('');
  await git(work, ['update-index', '-z', '--index-info'], 'utf8', Buffer.from(entries, 'latin1'));
  const diff = await git(work, ['diff', '--cached', '--binary', '--full-index', 'HEAD'], 'latin1');
  const bytes = Buffer.from(`${diff}\n`, 'latin1');
  await runner.succeed(job, { bytes, tree: await git(work, ['write-tree']) });
  const files = await flotilla.api.jobs.changedFiles.query({ jobId: job.jobId });
  expect(files.map(({ path }) => path)).toEqual(['bad\ufffd.sh', 'good']);
  await leaveOut('bad\ufffd.sh');
  expect(await changesOf(await patchText())).toEqual(['A good']);
});

test('an Attempt without a Patch has an empty one', async () => {
  await runner.succeed(job);
  expect(await patchText()).toEqual(Buffer.alloc(0));
});
