import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { patchOf, type Changes } from '../../support/patches.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { git, makeRepository } from '../../support/repositories.ts';
import { sha256, type TestRunner } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';

const everyByte = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));

describe('a Patch', () => {
  let flotilla: TestService;
  let runner: TestRunner;
  let job: ClaimedJob;
  let source: string;

  beforeAll(async () => {
    flotilla = await testService({
      repositories: async (folder) => {
        source = join(folder, 'one');
        await makeRepository(source, {
          files: {
            'src/main.js': 'one\ntwo\nthree\n',
            'run.sh': '#!/bin/sh\n',
            'logo.png': everyByte,
            'old name.txt': 'moved\n'.repeat(30),
            link: { symlink: 'run.sh' },
            'no newline': 'x',
          },
        });
      },
    });
    runner = await flotilla.connectRunner();
    return () => flotilla[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    await startExecution(flotilla.api);
    job = await runner.claimOne();
  });

  const jobNow = () => flotilla.api.jobs.get.query({ jobId: job.jobId });
  const filesOf = () => flotilla.api.jobs.changedFiles.query({ jobId: job.jobId });

  async function succeedWith(changes: Changes) {
    const patch = await patchOf(source, changes);
    expect(await runner.succeed(job, patch)).toEqual({ result: 'done' });
    return patch;
  }

  test('is accepted: the mirror has the tree that the runner had, and keeps it', async () => {
    const { tree } = await succeedWith({
      write: { 'src/main.js': 'one\nTWO\nthree\nfour\n', 'new.txt': 'new\n' },
    });
    expect(await jobNow()).toMatchObject({
      state: 'succeeded',
      patch: { attemptId: job.attemptId, resultTree: tree, files: 2, addedLines: 3, removedLines: 1 },
    });
    const gitDir = flotilla.service.mirrors.pathOf((await jobNow()).repositoryId);
    expect(await git(gitDir, ['rev-parse', `refs/flotilla/trees/${job.attemptId}`])).toBe(tree);
    await git(gitDir, ['gc', '--quiet', '--prune=now']);
    expect(await git(gitDir, ['show', `${tree}:new.txt`])).toBe('new');
    const [execution] = await flotilla.api.executions.list.query({});
    expect(execution).toMatchObject({ changed: 1 });
  });

  test('keeps binary files, modes, renames, symbolic links, deletions and any file name', async () => {
    const { tree } = await succeedWith({
      write: {
        'logo.png': Buffer.from(everyByte).reverse(),
        'new.bin': Buffer.concat([everyByte, Buffer.from([0])]),
        'run.sh': { content: '#!/bin/sh\n', executable: true },
        link: { symlink: '../outside/../../etc/passwd' },
        'src/main.js': { symlink: 'other.js' },
        'a "quoted" name\twith\ttabs\nand lines': 'odd\n',
        'ünï code/\u{1f600}': 'odd\n',
        'no newline': 'y',
        empty: '',
      },
      remove: [],
      move: [['old name.txt', 'new name.txt']],
    });
    expect((await jobNow()).patch?.resultTree).toBe(tree);
    const files = await filesOf();
    const shown = files.map(({ path, previousPath, status, baseMode, resultMode }) => [
      path,
      status,
      previousPath,
      baseMode,
      resultMode,
    ]);
    expect(shown).toEqual([
      ['a "quoted" name\twith\ttabs\nand lines', 'added', null, null, '100644'],
      ['empty', 'added', null, null, '100644'],
      ['link', 'modified', null, '120000', '120000'],
      ['logo.png', 'modified', null, '100644', '100644'],
      ['new name.txt', 'renamed', 'old name.txt', '100644', '100644'],
      ['new.bin', 'added', null, null, '100644'],
      ['no newline', 'modified', null, '100644', '100644'],
      ['run.sh', 'modified', null, '100644', '100755'],
      ['src/main.js', 'typeChanged', null, '100644', '120000'],
      ['ünï code/\u{1f600}', 'added', null, null, '100644'],
    ]);
    const lines = Object.fromEntries(files.map((file) => [file.path, [file.addedLines, file.removedLines]]));
    expect(lines).toMatchObject({ 'logo.png': [null, null], 'no newline': [1, 1], empty: [0, 0] });
  });

  test('can be taken home as it was sent', async () => {
    const { bytes } = await succeedWith({ write: { 'new.bin': everyByte }, remove: ['run.sh'] });
    const response = await fetch(`${flotilla.url}/attempts/${job.attemptId}/patch`, {
      headers: { authorization: `Bearer ${flotilla.userToken}` },
    });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(bytes));
  });

  test('of several megabytes is accepted', async () => {
    const large = Buffer.alloc(3 * 1024 * 1024);
    for (let at = 0, value = 1; at < large.length; at += 4)
      large.writeUInt32LE((value = (value * 1664525 + 1013904223) >>> 0), at);
    const { tree } = await succeedWith({ write: { 'large.bin': large } });
    expect((await jobNow()).patch?.resultTree).toBe(tree);
  });

  test('without changes leaves the Job succeeded and without a Patch', async () => {
    await runner.succeed(job);
    expect(await jobNow()).toMatchObject({ state: 'succeeded', patch: null });
    expect(await filesOf()).toEqual([]);
  });

  const text = (lines: readonly string[]) => Buffer.from(`${lines.join('\n')}\n`);
  const header = (path: string) => [
    `diff --git a/${path} b/${path}`,
    'new file mode 100644',
    'index 0000000..1234567',
    '--- /dev/null',
    `+++ b/${path}`,
    '@@ -0,0 +1 @@',
    '+x',
  ];
  const tree = 'a'.repeat(40);
  test.each([
    [
      'does not apply',
      text([
        'diff --git a/run.sh b/run.sh',
        '--- a/run.sh',
        '+++ b/run.sh',
        '@@ -1 +1 @@',
        '-not there',
        '+x',
      ]),
      /patch failed: run\.sh:1/,
    ],
    ['is none', text(['hello']), /line 1 is not what git writes there/],
    ['leads outside the work tree', text(header('../outside')), /invalid path/],
    ['makes a file a folder', text(header('run.sh/new')), /appears as both a file and as a directory/],
    ['leads into .git', text(header('.git/hooks/pre-commit')), /invalid path/],
    [
      'makes another tree than the runner saw',
      text(header('new.txt')),
      /it makes tree [0-9a-f]{40} in the mirror and a{40} on the runner/,
    ],
  ])('that %s makes the Attempt errored, with the reason', async (_case, bytes, reason) => {
    expect(await runner.succeed(job, { bytes, tree })).toEqual({ result: 'done' });
    const ended = await jobNow();
    expect(ended).toMatchObject({
      state: 'errored',
      patch: null,
      outcome: { kind: 'errored', reason: 'patch' },
    });
    expect(ended.outcome).toHaveProperty('message', expect.stringMatching(/^The patch was not accepted: /));
    expect(ended.outcome).toHaveProperty('message', expect.stringMatching(reason));
  });

  test('that meets a mirror that is away waits for it, and is accepted by the same Attempt', async () => {
    const patch = await patchOf(source, { write: { 'new.txt': 'new\n' } });
    const gitDir = flotilla.service.mirrors.pathOf((await jobNow()).repositoryId);
    await rename(gitDir, `${gitDir}.away`);
    const refusal = await refusalOfCall(runner.succeed(job, patch));
    await rename(`${gitDir}.away`, gitDir);
    expect(refusal.flotilla).toBe('unavailable');
    expect(refusal.message).toContain(
      `The service could not apply a patch in ${gitDir}: git rev-parse failed`,
    );
    expect(await jobNow()).toMatchObject({ state: 'running', attemptCount: 1 });
    expect(await runner.succeed(job, patch)).toEqual({ result: 'done' });
    expect(await jobNow()).toMatchObject({ state: 'succeeded', attemptCount: 1 });
  });

  test('whose stored bytes are not those that were sent makes the Attempt errored', async () => {
    const patch = await patchOf(source, { write: { 'new.txt': 'x\n' } });
    await runner.append(job, 'patch', 0, patch.bytes);
    const sent = { length: patch.bytes.length, sha256: sha256('other'), tree: patch.tree };
    await runner.finish(job, { kind: 'succeeded' }, { patch: sent });
    expect((await jobNow()).outcome).toMatchObject({
      message: 'The patch was not accepted: the stored patch is not the one that the runner sent.',
    });
  });

  test('through a symbolic link of the repository is refused', async () => {
    const link = [
      'diff --git a/dir b/dir',
      'new file mode 120000',
      'index 0000000..1234567',
      '--- /dev/null',
      '+++ b/dir',
      '@@ -0,0 +1 @@',
      '+/etc',
      '\\ No newline at end of file',
    ];
    const bytes = text([...link, ...header('dir/passwd')]);
    await runner.succeed(job, { bytes, tree });
    expect(await jobNow()).toMatchObject({ state: 'errored', outcome: { reason: 'patch' } });
  });
});
