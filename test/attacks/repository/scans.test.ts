import { execFileSync } from 'node:child_process';
import { appendFile, cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { limitsOfLanes } from '../../../service/src/git/lanes.ts';
import { git, makeRepository } from '../../support/repositories.ts';
import { waitFor } from '../../support/waitFor.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { programsOf } from '../support/programsOf.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
/** A repository that is copied for each attack, and one that lies outside of what is served. */
let template: string;
let secret: string;
beforeAll(async () => {
  attacked = await attackedService();
  template = (await makeRepository(join(attacked.folder, 'template'), { files: { file: 'text\n' } })).folder;
  secret = (
    await makeRepository(join(attacked.folder, 'secret'), { files: { file: 'secret\n' }, branch: 'secret' })
  ).folder;
  return () => attacked[Symbol.asyncDispose]();
});

const fifo = (path: string) => execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
const config = (gitDir: string, text: string) => appendFile(join(gitDir, 'config'), text);
const replaceByFifo = async (gitDir: string, name: string) => {
  await rm(join(gitDir, name), { recursive: true, force: true });
  fifo(join(gitDir, name));
};
const firstObject = (gitDir: string) => {
  const commit = execFileSync('git', ['--git-dir', gitDir, 'rev-parse', 'HEAD']).toString().trim();
  return `objects/${commit.slice(0, 2)}/${commit.slice(2)}`;
};

/** A scan reads as many repositories at once as there are slots: this one, and `plain`. */
const programs = limitsOfLanes.scan.slots;

/** Makes a repository hostile, given its git directory. */
type Attack = (gitDir: string) => unknown;

/** Scans with a repository that is hostile, and does something else meanwhile. Answers how it is listed. */
async function scan(
  attack: Attack,
  meanwhile: (gitDir: string, isOver: () => boolean) => unknown = () => undefined,
) {
  const folder = join(attacked.repositoriesFolder, 'hostile');
  await rm(folder, { recursive: true, force: true });
  await cp(template, folder, { recursive: true });
  const gitDir = join(folder, '.git');
  await attack(gitDir);
  const begun = performance.now();
  let over = false;
  const scanned = async () => {
    const scanning = attacked.client.api.repositories.sync.mutate().finally(() => (over = true));
    await Promise.all([scanning, meanwhile(gitDir, () => over)]);
  };
  await withinBounds(attacked, scanned, { programs });
  const tookMs = performance.now() - begun;
  const repositories = await attacked.client.api.repositories.list.query();
  expect(repositories.find(({ name }) => name === 'plain')?.reason).toBeNull();
  return { tookMs, hostile: repositories.find(({ name }) => name === 'hostile') };
}

test.each<[string, Attack, RegExp]>([
  ['a FIFO as HEAD', (gitDir) => replaceByFifo(gitDir, 'HEAD'), /its HEAD is no plain file/],
  ['a FIFO as config', (gitDir) => replaceByFifo(gitDir, 'config'), /its config is no plain file/],
  [
    'a FIFO as packed-refs',
    (gitDir) => replaceByFifo(gitDir, 'packed-refs'),
    /its packed-refs is no plain file/,
  ],
  ['a FIFO as shallow', (gitDir) => replaceByFifo(gitDir, 'shallow'), /its shallow is no plain file/],
  [
    'a FIFO as a branch',
    (gitDir) => fifo(join(gitDir, 'refs/heads/x')),
    /its refs\/heads\/x is no plain file/,
  ],
  ['a FIFO as refs', (gitDir) => replaceByFifo(gitDir, 'refs'), /its refs is no plain folder|ENOTDIR/],
  ['a FIFO as objects', (gitDir) => replaceByFifo(gitDir, 'objects'), /its objects is no plain folder/],
  [
    'a FIFO as a pack',
    (gitDir) => fifo(join(gitDir, 'objects/pack/pack-1.idx')),
    /pack-1\.idx is no plain file/,
  ],
  [
    'a FIFO as alternates',
    (gitDir) => fifo(join(gitDir, 'objects/info/alternates')),
    /alternates is no plain file/,
  ],
  [
    'a FIFO as a commit',
    (gitDir) => replaceByFifo(gitDir, firstObject(gitDir)),
    /is no plain file|no default branch|empty/,
  ],
  [
    "a FIFO as origin's HEAD",
    async (gitDir) => {
      await mkdir(join(gitDir, 'refs/remotes/origin'), { recursive: true });
      fifo(join(gitDir, 'refs/remotes/origin/HEAD'));
    },
    /origin\/HEAD is no plain file/,
  ],
  [
    'a link of objects to another repository',
    async (gitDir) => {
      await rm(join(gitDir, 'objects'), { recursive: true });
      await symlink(join(secret, '.git/objects'), join(gitDir, 'objects'));
    },
    /its objects is no plain folder/,
  ],
  [
    'a link of branches to another repository',
    async (gitDir) => {
      await rm(join(gitDir, 'refs/heads'), { recursive: true });
      await symlink(join(secret, '.git/refs/heads'), join(gitDir, 'refs/heads'));
    },
    /its refs\/heads is no plain folder/,
  ],
  [
    'alternates in another repository',
    (gitDir) => writeFile(join(gitDir, 'objects/info/alternates'), `${join(secret, '.git/objects')}\n`),
    /leads out of the folder of repositories\. Run `git repack/,
  ],
  [
    'alternates that lead out by dots',
    (gitDir) => writeFile(join(gitDir, 'objects/info/alternates'), '../../../../secret/.git/objects\n'),
    /leads out of the folder of repositories/,
  ],
  [
    'alternates of 100 KB',
    (gitDir) => writeFile(join(gitDir, 'objects/info/alternates'), '#'.repeat(100_000)),
    /alternates has 100000 bytes/,
  ],
  [
    'a config of 2 MB',
    (gitDir) => config(gitDir, `#${' '.repeat(2_000_000)}`),
    /its config has 2\d{6} bytes/,
  ],
  [
    'a HEAD that is none',
    (gitDir) => writeFile(join(gitDir, 'HEAD'), 'nonsense\0\u001b[31m'),
    /its HEAD names neither/,
  ],
  [
    'a heap of files among its packs',
    (gitDir) =>
      execFileSync('sh', ['-c', 'cd "$0" && seq 50001 | xargs touch', join(gitDir, 'objects/pack')]),
    /its objects\/pack has more than 50000 entries/,
  ],
  [
    'a config whose sections have long names',
    (gitDir) => config(gitDir, `[flotilla "${'y'.repeat(80)}"]\n${'a\n'.repeat(400_000)}`),
    /git config wrote more than 4 MiB/,
  ],
  ['no HEAD', async (gitDir) => rm(join(gitDir, 'HEAD')), /it has no HEAD/],
  [
    'a HEAD of 1 MB',
    (gitDir) => writeFile(join(gitDir, 'HEAD'), 'ref: refs/'.padEnd(1e6, 'a')),
    /its HEAD has/,
  ],
  [
    'a missing commit',
    async (gitDir) => rm(join(gitDir, firstObject(gitDir))),
    /^it could not be fetched: [^\0]+$/,
  ],
  [
    'a missing file of its commit',
    async (gitDir) => {
      const blob = execFileSync('git', ['--git-dir', gitDir, 'rev-parse', 'HEAD:file']).toString().trim();
      await rm(join(gitDir, `objects/${blob.slice(0, 2)}/${blob.slice(2)}`));
    },
    /^it could not be fetched: [^\0]+$/,
  ],
  [
    '60,000 branches',
    async (gitDir) => {
      const commit = (await git(gitDir, ['rev-parse', 'HEAD'])).trim();
      const lines = Array.from(
        { length: 60_000 },
        (_, index) => `${commit} refs/heads/b${100_000 + index}\n`,
      );
      await writeFile(
        join(gitDir, 'packed-refs'),
        `# pack-refs with: peeled fully-peeled sorted \n${lines.join('')}`,
      );
    },
    /it has more than 50,000 branches\. Delete/,
  ],
  [
    'packed-refs of 70 MB',
    (gitDir) => writeFile(join(gitDir, 'packed-refs'), Buffer.alloc(70_000_000, '#\n')),
    /its packed-refs has 70000000 bytes/,
  ],
  [
    'packed-refs that are none',
    (gitDir) => writeFile(join(gitDir, 'packed-refs'), 'nonsense\0\u001b]0;title\u0007\n'),
    /^it cannot be read: [^\p{Cc}]+$/u,
  ],
  [
    'branches 100 folders deep',
    (gitDir) => mkdir(join(gitDir, `refs/heads/${'a/'.repeat(100)}`), { recursive: true }),
    /its refs\/heads has folders deeper than 64/,
  ],
  [
    'commits of SHA-256',
    (gitDir) => config(gitDir, '[extensions]\n\tobjectFormat = sha256\n'),
    /ids of SHA-256/,
  ],
  [
    'a reftable',
    (gitDir) => config(gitDir, '[extensions]\n\trefStorage = reftable\n'),
    /in another form than files/,
  ],
  ['a config that cannot be read', (gitDir) => config(gitDir, '[extensions\n'), /bad config/],
])('%s is one reason, in bounded time', async (_what, attack, reason) => {
  const { tookMs, hostile } = await scan(attack);
  expect(hostile?.reason).toMatch(reason);
  expect(hostile?.reason?.length).toBeLessThan(600);
  expect(tookMs).toBeLessThan(5000);
});

const ran = () => join(attacked.folder, 'ran');
const program = () => `sh -c 'echo ran >>${ran()}'`;

test.each<[string, Attack]>([
  [
    'a FIFO that is included',
    (gitDir) => {
      fifo(join(gitDir, 'fifo'));
      return config(gitDir, '[include]\n\tpath = fifo\n');
    },
  ],
  ['a config that includes itself', (gitDir) => config(gitDir, '[include]\n\tpath = config\n')],
  ['an included device', (gitDir) => config(gitDir, '[include]\n\tpath = /dev/zero\n')],
  [
    'a FIFO as config.worktree',
    (gitDir) => {
      fifo(join(gitDir, 'config.worktree'));
      return config(gitDir, '[extensions]\n\tworktreeConfig = true\n');
    },
  ],
  ['an extension that nobody knows', (gitDir) => config(gitDir, '[extensions]\n\tunheard = true\n')],
  ['a work tree elsewhere', (gitDir) => config(gitDir, '[core]\n\tworktree = /\n')],
  ['a commondir elsewhere', (gitDir) => writeFile(join(gitDir, 'commondir'), join(secret, '.git'))],
  ['a FIFO as commondir', (gitDir) => fifo(join(gitDir, 'commondir'))],
  [
    'hooks of a fetch',
    (gitDir) =>
      config(
        gitDir,
        `[uploadpack]\n\tpackObjectsHook = ${program()}\n[core]\n\thooksPath = ${gitDir}\n\tfsmonitor = ${program()}\n`,
      ),
  ],
  [
    'a promisor that runs a program',
    (gitDir) =>
      config(
        gitDir,
        `[extensions]\n\tpartialClone = o\n[remote "o"]\n\turl = ext::${program()}\n\tpromisor = true\n\tuploadpack = ${program()}\n[protocol]\n\tallow = always\n`,
      ),
  ],
  ['a command of alternates', (gitDir) => config(gitDir, `[core]\n\talternateRefsCommand = ${program()}\n`)],
  [
    'pack settings that are greedy',
    (gitDir) =>
      config(
        gitDir,
        '[pack]\n\tthreads = 64\n\twindow = 4000\n\tdepth = 4000\n\twindowMemory = 0\n[core]\n\tbigFileThreshold = 9g\n',
      ),
  ],
  [
    'hidden refs',
    (gitDir) => config(gitDir, '[uploadpack]\n\thideRefs = refs/heads\n[transfer]\n\thideRefs = refs\n'),
  ],
  [
    'grafts',
    async (gitDir) => {
      await mkdir(join(gitDir, 'info'));
      await writeFile(join(gitDir, 'info/grafts'), `${'1'.repeat(40)} ${'2'.repeat(40)}\n`);
    },
  ],
  [
    'a FIFO as grafts',
    async (gitDir) => {
      await mkdir(join(gitDir, 'info'));
      fifo(join(gitDir, 'info/grafts'));
    },
  ],
  [
    'a replaced commit',
    async (gitDir) => {
      const tree = await git(gitDir, ['mktree'], 'utf8', '');
      const other = await git(gitDir, ['commit-tree', '-m', 'other', tree]);
      await git(gitDir, ['update-ref', `refs/replace/${await git(gitDir, ['rev-parse', 'HEAD'])}`, other]);
    },
  ],
  ['a lock of its config', (gitDir) => writeFile(join(gitDir, 'config.lock'), '')],
])('%s takes no effect', async (_what, attack) => {
  const { tookMs, hostile } = await scan(attack);
  expect(hostile).toMatchObject({ reason: null, defaultBranch: 'refs/heads/main' });
  expect(hostile?.headCommit).toBe(await git(template, ['rev-parse', 'HEAD']));
  expect(tookMs).toBeLessThan(5000);
  await expect(git(attacked.folder, ['hash-object', ran()])).rejects.toThrow('could not open');
});

test('a branch with an odd name is a default branch like any other', async () => {
  const { hostile } = await scan((gitDir) =>
    git(gitDir, ['branch', '--move', '-f', 'main', 'ü$(id)`id`;"\'&|<>{}']),
  );
  expect(hostile).toMatchObject({ reason: null, defaultBranch: 'refs/heads/ü$(id)`id`;"\'&|<>{}' });
});

const unseen = 'its name has characters that cannot be seen. Rename its folder';

test.each([
  ['a line end', 'a\nb', unseen],
  ['ESC', 'a\u001b[31mb', unseen],
  ['letters from right to left', 'a\u202eb', unseen],
  ['the picture of a NUL', 'a\u2400b', null],
])('a repository with %s in its name is listed, or one reason', async (_what, name, reason) => {
  const folder = join(attacked.repositoriesFolder, name);
  await cp(template, folder, { recursive: true });
  await withinBounds(attacked, () => attacked.client.api.repositories.sync.mutate(), { programs });
  const found = (await attacked.client.api.repositories.list.query()).find((one) => one.name === name);
  expect(found?.reason).toBe(reason);
  await rm(folder, { recursive: true });
});

test('repositories that differ in ".git" at their end are two', async () => {
  await cp(template, join(attacked.repositoriesFolder, 'two'), { recursive: true });
  await cp(join(template, '.git'), join(attacked.repositoriesFolder, 'two.git'), { recursive: true });
  await withinBounds(attacked, () => attacked.client.api.repositories.sync.mutate(), { programs });
  const names = (await attacked.client.api.repositories.list.query()).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith('two'))).toEqual(['two', 'two.git']);
});

test('repositories whose names differ in bytes that are no text stop no scan', async () => {
  const readable = join(attacked.repositoriesFolder, 'odd\ufffd');
  const unreadable = Buffer.concat([
    Buffer.from(join(attacked.repositoriesFolder, 'odd')),
    Buffer.from([0xff]),
  ]);
  await cp(template, readable, { recursive: true });
  await mkdir(Buffer.concat([unreadable, Buffer.from('/.git')]), { recursive: true });
  await withinBounds(attacked, () => attacked.client.api.repositories.sync.mutate(), { programs });
  const found = await attacked.client.api.repositories.list.query();
  expect(found.filter(({ name }) => name.startsWith('odd'))).toMatchObject([
    { name: 'odd\ufffd', reason: null },
  ]);
  await rm(readable, { recursive: true });
  await rm(unreadable, { recursive: true });
});

test('a repository that goes while it is scanned stops no other', async () => {
  const { hostile } = await scan(
    () => undefined,
    async (gitDir, isOver) => {
      const isRead = () => programsOf(attacked.service.pid).length > 0;
      await waitFor('a program to read a repository', () => isRead() || isOver(), { everyMs: 1 });
      await rename(gitDir, `${gitDir}.gone`);
    },
  );
  expect(hostile === undefined || hostile.reason === null || hostile.reason.length > 10).toBe(true);
});
