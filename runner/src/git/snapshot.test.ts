import { execFile } from 'node:child_process';
import {
  appendFile,
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeTree } from '../trees/removeTree.ts';
import type { Checkout } from './checkout.ts';
import { git } from './git.ts';
import { takeSnapshot } from './snapshot.ts';

const { signal } = new AbortController();
const identity = ['-c', 'user.name=Ada Example', '-c', 'user.email=ada@example.org'];
let folder: string;
let checkout: Checkout;

/** A work tree as checkOut leaves it, of a repository that was made here instead of being fetched. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
  const gitDir = join(folder, 'git');
  const workTree = join(folder, 'work');
  await promisify(execFile)('git', ['init', '--quiet', '--bare', gitDir]);
  await mkdir(workTree);
  await writeFile(join(workTree, 'kept.txt'), 'kept\n');
  await writeFile(join(workTree, 'gone.txt'), 'gone\n');
  await writeFile(join(workTree, 'moved.txt'), 'moved\n'.repeat(50));
  await writeFile(join(workTree, '.gitignore'), 'ignored/\n');
  const options = { gitDir, workTree, signal };
  await git(['add', '--all'], options);
  await git([...identity, 'commit', '--quiet', '--message', 'First'], options);
  const baseRevision = (await git(['rev-parse', 'HEAD'], options)).toString().trim();
  checkout = {
    gitDir,
    workTree,
    baseRevision,
    mayHaveGitlinks: true,
    objectsFolder: join(gitDir, 'objects'),
    remarks: [],
    [Symbol.dispose]: () => undefined,
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inWorkTree = (path: string) => join(checkout.workTree, path);

test('a work tree that did not change has no Patch', async () => {
  await mkdir(inWorkTree('ignored'));
  await writeFile(inWorkTree('ignored/x'), 'x');
  await writeFile(inWorkTree('kept.txt'), 'kept\n');
  expect(await takeSnapshot(folder, checkout, signal)).toBeNull();
});

test('the Patch makes the tree of what is there: any bytes, modes, links and names', async () => {
  await rm(inWorkTree('gone.txt'));
  await rename(inWorkTree('moved.txt'), inWorkTree('to a "new" place\n.txt'));
  await chmod(inWorkTree('kept.txt'), 0o755);
  await writeFile(inWorkTree('binary'), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
  await writeFile(inWorkTree('no line end'), 'x');
  await symlink('/etc/passwd', inWorkTree('link'));
  await writeFile(
    Buffer.concat([Buffer.from(`${checkout.workTree}/`), Buffer.from([0xe4, 0xff])]),
    'latin\n',
  );
  const snapshot = await takeSnapshot(folder, checkout, signal);
  if (snapshot === null) throw new Error('there is no Patch');
  const patch = await readFile(snapshot.path);
  expect(patch).toHaveLength(snapshot.length);
  expect(patch.toString()).not.toContain('root:');
  const options = { gitDir: checkout.gitDir, signal };
  await git(['read-tree', checkout.baseRevision], options);
  await git(['apply', '--cached', snapshot.path], options);
  expect((await git(['write-tree'], options)).toString().trim()).toBe(snapshot.tree);
  expect(
    (await git(['ls-tree', '-r', '--name-only', '-z', snapshot.tree], options))
      .toString('latin1')
      .split('\0')
      .sort(),
  ).toEqual(
    [
      '',
      '.gitignore',
      'binary',
      'kept.txt',
      'link',
      'no line end',
      'to a "new" place\n.txt',
      '\xe4\xff',
    ].sort(),
  );
});

test('hooks, filters and settings that the Steps left in the work tree are not run', async () => {
  const trap = join(folder, 'trapped');
  await mkdir(inWorkTree('.git/hooks'), { recursive: true });
  await writeFile(
    inWorkTree('.git/config'),
    `[core]\n\tfsmonitor = "touch ${trap}"\n[filter "trap"]\n\tclean = "touch ${trap}"\n`,
  );
  await writeFile(inWorkTree('.gitattributes'), '* filter=trap\n');
  await appendFile(inWorkTree('kept.txt'), 'more\n');
  expect(await takeSnapshot(folder, checkout, signal)).not.toBeNull();
  await expect(readFile(trap)).rejects.toThrow('ENOENT');
});

test.each([
  ['with a commit', true],
  ['without one', false],
])('a repository %s that the Steps left inside is named', async (_case, committed) => {
  const inner = inWorkTree('vendor/inner');
  await mkdir(inner, { recursive: true });
  await promisify(execFile)('git', ['init', '--quiet', inner]);
  await writeFile(join(inner, 'x'), 'x\n');
  if (committed) {
    const options = { gitDir: join(inner, '.git'), workTree: inner, signal };
    await git(['add', '--all'], options);
    await git([...identity, 'commit', '--quiet', '--message', 'Inner'], options);
  }
  await expect(takeSnapshot(folder, checkout, signal)).rejects.toMatchObject({
    reason: 'patch',
    message:
      'The steps left a git repository at "vendor/inner". Remove its .git folder in a step, so that its files can be part of the patch.',
  });
});

test('a repository that the Steps put into the place of a submodule is named, and its settings run nothing', async () => {
  const trap = join(folder, 'trapped');
  const options = { gitDir: checkout.gitDir, workTree: checkout.workTree, signal };
  const submodule = inWorkTree('libs/sub');
  await mkdir(submodule, { recursive: true });
  await git(['update-index', '--add', '--cacheinfo', `160000,${checkout.baseRevision},libs/sub`], options);
  await git([...identity, 'commit', '--quiet', '--message', 'With a submodule'], options);
  const [baseRevision = '', baseTree = ''] = (await git(['rev-parse', 'HEAD', 'HEAD^{tree}'], options))
    .toString()
    .split('\n');
  const base = { ...checkout, baseRevision, baseTree };
  expect(await takeSnapshot(folder, base, signal)).toBeNull();

  await cp(checkout.gitDir, join(submodule, '.git'), { recursive: true });
  await git(['update-ref', 'HEAD', checkout.baseRevision], { gitDir: join(submodule, '.git'), signal });
  await writeFile(
    join(submodule, '.git/config'),
    `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tfsmonitor = "touch ${trap}; false"\n`,
  );
  await expect(takeSnapshot(folder, base, signal)).rejects.toMatchObject({
    reason: 'patch',
    message: expect.stringMatching(/^The steps left a git repository at "libs\/sub"/) as string,
  });
  await expect(readFile(trap)).rejects.toThrow('ENOENT');
});

test.each([
  '.gitignore',
  '.gitattributes',
  'deep/er/.gitattributes',
  '.gitmodules',
  'kept.txt',
  '.git',
  'new/.git',
])('a pipe in the place of %s is left out, and nobody waits for it', async (path) => {
  await rm(inWorkTree(path), { force: true });
  await mkdir(dirname(inWorkTree(path)), { recursive: true });
  await mkfifo(inWorkTree(path));
  await writeFile(inWorkTree('new.txt'), 'new\n');
  const snapshot = await takeSnapshot(folder, checkout, signal, 20_000);
  const patch = await readFile(snapshot?.path ?? '', 'utf8');
  expect(patch).toContain('+new');
  expect(patch).not.toContain(`b/${path}\nnew file`);
});

test.each(['HEAD', 'config', 'index', 'packed-refs', 'commondir', 'objects', 'gitdir'])(
  'a repository that a Step left is refused without being opened, also with a pipe for its %s',
  async (name) => {
    const nested = inWorkTree('nested');
    await promisify(execFile)('git', ['init', '--quiet', nested]);
    await promisify(execFile)('git', [...identity, 'commit', '--quiet', '--allow-empty', '-m', 'x'], {
      cwd: nested,
    });
    await rm(join(nested, '.git', name), { recursive: true, force: true });
    await mkfifo(join(nested, '.git', name));
    await expect(takeSnapshot(folder, checkout, signal, 20_000)).rejects.toThrow(
      'The steps left a git repository at "nested". Remove its .git folder in a step',
    );
  },
);

test.each([
  ['a file that names another folder', (path: string) => writeFile(path, 'gitdir: ../../git\n')],
  ['a link to an endless file', (path: string) => symlink('/dev/zero', path)],
  ['a link to itself', (path: string) => symlink('.git', path)],
  ['a link to the trusted folder', (path: string) => symlink(checkout.gitDir, path)],
  ['an empty folder', (path: string) => mkdir(path)],
])('a .git in a new folder that is %s is refused', async (_what, make) => {
  await mkdir(inWorkTree('nested'));
  await writeFile(inWorkTree('nested/file'), 'x');
  await make(inWorkTree('nested/.git'));
  await expect(takeSnapshot(folder, checkout, signal, 20_000)).rejects.toThrow(
    'The steps left a git repository at "nested".',
  );
});

test('repositories in ignored folders, and among tracked files, are not looked at', async () => {
  await mkdir(inWorkTree('ignored/package/.git'), { recursive: true });
  await mkfifo(inWorkTree('ignored/package/.git/HEAD'));
  await writeFile(inWorkTree('new.txt'), 'new\n');
  expect(await takeSnapshot(folder, checkout, signal, 20_000)).not.toBeNull();
});

test.each([
  ['many folders', 3000, 'd'],
  ['long names', 20, 'n'.repeat(255)],
  ['long names of two bytes for a letter', 40, 'ä'.repeat(120)],
])(
  'a path too long for git is refused, not left out: %s',
  async (_what, depth, name) => {
    const script = `for (1..${depth}) { mkdir "${name}"; chdir "${name}" or die $! } open my $file, ">", "f"; print $file "x"`;
    await promisify(execFile)('perl', ['-e', script], { cwd: checkout.workTree });
    await expect(takeSnapshot(folder, checkout, signal, 20_000)).rejects.toThrow(
      /^The steps left a path that is too long for git, of \d+ bytes: ".{200}…"\. Remove it in a step\.$/,
    );
    await removeTree(checkout.workTree);
    await expect(readdir(checkout.workTree)).rejects.toThrow('ENOENT');
  },
  30_000,
);

test('a work tree that takes too long to read is given up with a sentence', async () => {
  await writeFile(inWorkTree('large'), Buffer.alloc(100_000_000, 1));
  await expect(takeSnapshot(folder, checkout, signal, 20)).rejects.toThrow(
    'The changes could not be read within 0.02 s. Remove in a step what need not be part of the patch.',
  );
});

test('set-id bits are taken from a work tree before it is read', async () => {
  await writeFile(inWorkTree('tool'), 'x');
  await chmod(inWorkTree('tool'), 0o6755);
  await mkdir(inWorkTree('shared'));
  await chmod(inWorkTree('shared'), 0o2775);
  await takeSnapshot(folder, checkout, signal);
  expect((await stat(inWorkTree('tool'))).mode & 0o7777).toBe(0o755);
  expect((await stat(inWorkTree('shared'))).mode & 0o7777).toBe(0o775);
});

async function mkfifo(path: string): Promise<void> {
  await promisify(execFile)('mkfifo', [path]);
}
