import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeRepository } from '../../support/repositories.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { lyingRunner, type LyingRunner } from '../support/lyingRunner.ts';
import { withinBounds } from '../support/withinBounds.ts';

const resources = new AsyncDisposableStack();
let attacked: AttackedService;
let liar: LyingRunner;
beforeAll(async () => {
  attacked = resources.use(
    await attackedService({
      repositories: (folder) =>
        makeRepository(join(folder, 'one'), {
          files: {
            'a.txt': 'one\ntwo\nthree\n',
            'deploy.sh': '#!/bin/sh\necho deploy\n',
            link: { symlink: '/etc' },
            'folder/b.txt': 'b\n',
          },
        }),
    }),
  );
  liar = resources.use(await lyingRunner(attacked, 'one'));
  return () => resources.disposeAsync();
});

const id = (digit: string) => digit.repeat(40);
const part = (path: string, to = path) => [
  `diff --git a/${path} b/${to}`,
  `index ${id('1')}..${id('2')} 100644`,
];
const hunk = ['@@ -1,3 +1,3 @@', ' one', '-two', '+TWO', ' three'];
const honest = [...part('a.txt'), '--- a/a.txt', '+++ b/a.txt', ...hunk];
const evil = ['@@ -1,2 +1,2 @@', ' #!/bin/sh', '-echo deploy', '+echo evil'];
const plain = ['--- a/deploy.sh', '+++ b/deploy.sh', ...evil];
const added = (path: string, mode = '100644', line = 'x') => [
  `diff --git ${quoted('a', path)} ${quoted('b', path)}`,
  `new file mode ${mode}`,
  `index ${id('0')}..${id('2')}`,
  '--- /dev/null',
  `+++ ${quoted('b', path)}`,
  '@@ -0,0 +1 @@',
  `+${line}`,
];
const text = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');

function quoted(side: string, path: string): string {
  return path.includes('\\') ? `"${side}/${path}"` : `${side}/${path}`;
}

describe('a part that git applies, and who splits the text does not see, is refused:', () => {
  test.each<[string, readonly string[]]>([
    ['a part of diff after an honest one', [...honest, ...plain]],
    ['a part of diff before it', [...plain, ...honest]],
    ['a part of diff between two', [...added('x'), ...plain, ...honest]],
    ['a part of diff alone', plain],
    ['with times', [...honest, '--- deploy.sh\t2024-01-01', '+++ deploy.sh\t2024-01-02', ...evil]],
    ['with a diff line of diff', [...honest, 'diff -ruN a/deploy.sh b/deploy.sh', ...plain]],
    ['with an Index: line', [...honest, 'Index: deploy.sh', '='.repeat(67), ...plain]],
    ['that adds', [...honest, '--- /dev/null', '+++ b/evil.sh', '@@ -0,0 +1 @@', '+evil']],
    ['that removes', [...honest, '--- a/folder/b.txt', '+++ /dev/null', '@@ -1 +0,0 @@', '-b']],
    ['after a blank line', [...honest, '', ...plain]],
    ['after a letter’s signature', [...honest, '-- ', '2.39.5', '', ...plain]],
    ['after a commit of log -p', [...honest, '', 'commit 1', 'Author: x', '', '    why', '', ...plain]],
    ['after a binary file', [...part('a.txt'), 'GIT binary patch', 'literal 1', 'Ic${Nk-00', '', ...plain]],
    ['after a mode', ['diff --git a/a.txt b/a.txt', 'old mode 100644', 'new mode 100755', ...plain]],
    ['with names of another file', [...part('a.txt'), ...plain]],
    ['with one name of another file', [...part('a.txt'), '--- a/a.txt', '+++ b/deploy.sh', ...evil]],
    [
      'with a header of another form',
      ['diff --git i/deploy.sh w/deploy.sh', ...plain.slice(0, 2), ...evil, ...plain],
    ],
    ['of a file that is there already', [...honest, ...added('deploy.sh')]],
    [
      'of the same file again',
      [...honest, ...part('a.txt'), '--- a/a.txt', '+++ b/a.txt', '@@ -2 +2 @@', '-TWO', '+2'],
    ],
    [
      'that does nothing',
      [...honest, 'diff --git a/deploy.sh b/deploy.sh', 'old mode 100644', 'new mode 100644'],
    ],
    [
      'with a rename',
      ['diff --git a/deploy.sh b/x', 'similarity index 100%', 'rename from deploy.sh', 'rename to x'],
    ],
    [
      'with a rename that its header does not know',
      [...part('a.txt'), 'rename from deploy.sh', 'rename to a.txt2'],
    ],
    [
      'with a copy',
      ['diff --git a/deploy.sh b/x', 'similarity index 100%', 'copy from deploy.sh', 'copy to x'],
    ],
    ['with CR at its line ends', [...honest, ...plain].map((line) => `${line}\r`)],
    ['something after the last part', [...honest, 'deploy.sh is fine']],
  ])('%s', async (_what, lines) => {
    expect(await refusalOf(text(lines))).toMatch(/^The patch was not accepted: .+\.$/s);
  });
});

describe('what would leave the repository, or become one, is refused:', () => {
  test.each<[string, readonly string[]]>([
    ['a folder above', added('../evil')],
    ['a folder above inside', added('folder/../../evil')],
    ['the root', added('/etc/evil')],
    ['.git', added('.git/hooks/pre-commit', '100755')],
    ['.GIT', added('.GIT/config')],
    ['.git in a folder', added('folder/.Git/config')],
    ['.git and a blank', added('.git /config')],
    ['git~1', added('git~1/config')],
    ['.git with a stream', added('.git::$INDEX_ALLOCATION/config')],
    ['.git with a letter that a Mac ignores', added('.g\\342\\200\\214it/config')],
    ['a NUL in a name', added('a\\000b')],
    ['through a link', added('link/evil')],
    [
      'through a link of its own',
      [
        ...added('way', '120000', '/etc').slice(0, -1),
        '+/etc',
        '\\ No newline at end of file',
        ...added('way/evil'),
      ],
    ],
    ['a file as a folder', added('a.txt/b')],
    ['an empty name', added('folder/')],
    ['a submodule', added('sub', '160000', `Subproject commit ${id('3')}`)],
    ['a file that becomes a submodule', ['diff --git a/a.txt b/a.txt', 'old mode 100644', 'new mode 160000']],
    ['a setuid file', added('evil', '104755')],
    ['a folder', added('evil', '040000')],
    ['a device', added('evil', '060000')],
    ['a .gitmodules that is a link', added('.gitmodules', '120000')],
  ])('%s', async (_what, lines) => {
    expect(await refusalOf(text(lines))).toMatch(/^The patch was not accepted: .+\.$/s);
  });
});

describe('what is accepted is listed, can be left out, and is saved as it was listed:', () => {
  test.each<[string, readonly string[], string, readonly string[]]>([
    ['an honest Patch', [...honest, ...part('deploy.sh'), ...plain], 'deploy.sh', ['a.txt']],
    [
      'a hunk at another line',
      [
        ...part('a.txt'),
        '--- a/a.txt',
        '+++ b/a.txt',
        '@@ -90,3 +90,3 @@',
        ' one',
        '-two',
        '+2',
        ' three',
        ...added('x'),
      ],
      'a.txt',
      ['x'],
    ],
    ['names that differ by case', [...added('Deploy.sh'), ...added('DEPLOY.SH')], 'Deploy.sh', ['DEPLOY.SH']],
    ['a line end in a name', [...added('x\\ny'), ...added('z')], 'x\ny', ['z']],
    [
      'a header in a name',
      [...added('x b/x\\ndiff --git a/y b/y'), ...added('z')],
      'x b/x\ndiff --git a/y b/y',
      ['z'],
    ],
    ['ESC in a name', [...added('\\033[2Jx'), ...added('z')], '\u001b[2Jx', ['z']],
    ['bytes that look alike', [...added('x\\377'), ...added('x\\376'), ...added('z')], 'x\ufffd', ['z']],
    ['a header in a file', added('x', '100644', 'diff --git a/y b/y'), 'x', []],
    ['a link to a secret', added('leak', '120000', '/etc/shadow'), 'leak', []],
    ['a name in quotation marks', ['diff --git "a/q\\"q" "b/q\\"q"', ...added('q\\"q').slice(1)], 'q"q', []],
  ])('%s', async (_what, lines, leftOut, rest) => {
    const job = await withinBounds(attacked, () => liar.handIn(text(lines)));
    expect(job.outcome).toMatchObject({ kind: 'succeeded' });
    const listed = (await liar.filesOf(job)).map(({ path }) => path);
    expect(await liar.savedPaths(job)).toHaveLength(listed.length);
    expect(listed).toContain(leftOut);
    await attacked.client.api.jobs.setIncluded.mutate({ jobId: job.id, path: leftOut, included: false });
    expect(await liar.savedPaths(job)).toEqual(rest);
  });
});

test('a tree that the text does not make is not the Patch’s', async () => {
  const other = await liar.treeOf(text([...honest, ...part('deploy.sh'), ...plain]));
  const job = await withinBounds(attacked, () => liar.handIn(text(honest), other));
  expect(job.outcome).toHaveProperty(
    'message',
    expect.stringMatching(/it makes tree [0-9a-f]{40} in the mirror/),
  );
});

/** What is said of a Patch that is refused. */
async function refusalOf(bytes: Buffer): Promise<string> {
  const job = await withinBounds(attacked, () => liar.handIn(bytes));
  expect(job).toMatchObject({ state: 'errored', patch: null, outcome: { kind: 'errored', reason: 'patch' } });
  return job.outcome?.kind === 'errored' ? job.outcome.message : '';
}
