import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sessionLocks, takeSessionLock } from '../../../service/src/db/sessionLock.ts';
import { HeapSearch } from '../../../service/src/housekeeping/heapSearch.ts';
import { repack } from '../../../service/src/repositories/mirrorUpkeep.ts';
import { startExecution } from '../../support/actionText.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { keepHouse } from '../../support/keepHouse.ts';
import { patchOf } from '../../support/patches.ts';
import { commitFiles, git, makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** A service whose housekeeping a test does by hand, over one repository. */
const open = (names: readonly string[] = ['one']) =>
  testService({
    repositories: (folder) => makeRepositories(folder, names),
    config: { housekeepingMs: 3_600_000, keepExecutionsDays: 10 },
  });

const source = ({ repositoriesFolder }: TestService) => join(repositoriesFolder, 'one');
const mirror = ({ service }: TestService) => service.mirrors.pathOf(1);

async function pinsOf(flotilla: TestService): Promise<string[]> {
  const pins = await git(mirror(flotilla), [
    'for-each-ref',
    '--format=%(refname:lstrip=3)',
    'refs/flotilla/pins',
  ]);
  return pins.split('\n').toSorted();
}

/** Commits something and lets the service see it. */
async function moveHead(
  flotilla: TestService,
  files: Record<string, string | Uint8Array> = {},
): Promise<string> {
  const moved = await commitFiles(source(flotilla), { moved: `${Math.random()}`, ...files }, 'Move');
  await flotilla.service.codeHosts.sync();
  return moved;
}

/** Takes the head back to a commit and lets the service see it. */
async function resetHead(flotilla: TestService, commit: string): Promise<void> {
  await git(source(flotilla), ['reset', '--quiet', '--hard', commit]);
  await flotilla.service.codeHosts.sync();
}

/** Lets so many hours pass, as far as mirrors notice. */
async function pass({ service: { sql } }: TestService, hours: number): Promise<void> {
  await sql`update former_heads set moved_at = moved_at - make_interval(secs => ${hours * 3600})`;
  await sql`
    update mirrors set pins_due_at = pins_due_at - make_interval(secs => ${hours * 3600}),
                       repack_due_at = repack_due_at - make_interval(secs => ${hours * 3600}),
                       repacked_at = repacked_at - make_interval(secs => ${hours * 3600})`;
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

test('the pin of a head that moved on goes after an hour, and that of the head stays', async () => {
  await using flotilla = await open();
  const [first = ''] = await pinsOf(flotilla);
  const second = await moveHead(flotilla);
  await keepHouse(flotilla);
  await pass(flotilla, 0.9);
  await keepHouse(flotilla);
  expect(await pinsOf(flotilla)).toEqual([first, second].toSorted());
  const third = await moveHead(flotilla);
  await pass(flotilla, 0.2);
  await keepHouse(flotilla);
  // The second one was the head until a moment ago.
  expect(await pinsOf(flotilla)).toEqual([second, third].toSorted());
  await pass(flotilla, 1);
  await keepHouse(flotilla);
  expect(await pinsOf(flotilla)).toEqual([third]);
  expect(await flotilla.service.sql`select from former_heads`).toHaveLength(0);
});

test('a head that comes back keeps its pin', async () => {
  await using flotilla = await open();
  const [first = ''] = await pinsOf(flotilla);
  const second = await moveHead(flotilla);
  await resetHead(flotilla, first);
  await pass(flotilla, 2);
  await keepHouse(flotilla);
  expect(await pinsOf(flotilla)).toEqual([first]);
  expect(await git(mirror(flotilla), ['cat-file', '-t', second])).toBe('commit');
});

test('pins that nobody noted go when a mirror is looked at, and those that Jobs need stay', async () => {
  await using flotilla = await open();
  const [needed = ''] = await pinsOf(flotilla);
  await startExecution(flotilla.api);
  const unknown = await moveHead(flotilla);
  const head = await moveHead(flotilla);
  await flotilla.service.sql`delete from former_heads`;
  await flotilla.service.sql`update mirrors set pins_due_at = now()`;
  await keepHouse(flotilla);
  expect(await pinsOf(flotilla)).toEqual([needed, head].toSorted());
  expect(await pinsOf(flotilla)).not.toContain(unknown);
});

test('what nothing needs any more is free after the mirror has been packed twice, and readable until then', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  const [first = ''] = await pinsOf(flotilla);
  const large = 3_000_000;
  const dropped = await moveHead(flotilla, { large: randomBytes(large) });
  await resetHead(flotilla, first);
  await moveHead(flotilla);
  const full = await bytesOf(mirror(flotilla));
  await pass(flotilla, 2);
  await keepHouse(flotilla);
  expect(await pinsOf(flotilla)).not.toContain(dropped);
  for (const _day of [1, 2]) {
    // It is still there: somebody may be reading it.
    expect(await git(mirror(flotilla), ['cat-file', '-t', dropped])).toBe('commit');
    await pass(flotilla, 25);
    await keepHouse(flotilla);
  }
  // What went in was made before the first time by the clock of the disk, but not by an hour.
  expect(await git(mirror(flotilla), ['cat-file', '-t', dropped])).toBe('commit');
  await sql`update mirrors set repacked_at = now() + interval '2 hours', repack_due_at = now()`;
  await keepHouse(flotilla);
  await expect(git(mirror(flotilla), ['cat-file', '-t', dropped])).rejects.toThrow(
    'could not get object info',
  );
  expect(full - (await bytesOf(mirror(flotilla)))).toBeGreaterThan(0.99 * large);
  expect(await git(mirror(flotilla), ['fsck', '--full', '--no-dangling'])).toBe('');
  expect(await sql`select pins_due_at, repack_due_at from mirrors`).toEqual([
    { pins_due_at: null, repack_due_at: null },
  ]);
  // All that is left works on.
  const execution = await startExecution(flotilla.api);
  expect(execution.counts.queued).toBe(1);
});

/** As after two more times at which it was packed. */
const tomorrow = () => new Date(Date.now() + 24 * 3_600_000);
const never = new AbortController().signal;

test('a Patch with a file that the mirror had no more need of keeps it', async () => {
  await using flotilla = await open();
  const [first = ''] = await pinsOf(flotilla);
  const content = randomBytes(100_000);
  await moveHead(flotilla, { large: content });
  await resetHead(flotilla, first);
  await pass(flotilla, 2);
  await keepHouse(flotilla);
  await repack(mirror(flotilla), undefined, never);
  await startExecution(flotilla.api);
  await using runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const patch = await patchOf(source(flotilla), { write: { again: content } });
  expect(await runner.succeed(job, patch)).toEqual({ result: 'done' });
  expect((await repack(mirror(flotilla), tomorrow(), never)).hasNeedless).toBe(false);
  expect(await git(mirror(flotilla), ['fsck', '--full', '--no-dangling'])).toBe('');
  const [ended] = await listJobs(flotilla.api, job.executionId);
  expect(await flotilla.api.jobs.changedFiles.query({ jobId: ended?.id ?? 0 })).toMatchObject([
    { path: 'again' },
  ]);
});

test('a branch that goes back to what the mirror had no more need of has it', async () => {
  await using flotilla = await open();
  const [first = ''] = await pinsOf(flotilla);
  const dropped = await moveHead(flotilla, { large: randomBytes(100_000) });
  await resetHead(flotilla, first);
  await pass(flotilla, 2);
  await keepHouse(flotilla);
  expect((await repack(mirror(flotilla), undefined, never)).hasNeedless).toBe(true);
  await resetHead(flotilla, dropped);
  await repack(mirror(flotilla), tomorrow(), never);
  expect(await git(mirror(flotilla), ['fsck', '--full', '--no-dangling'])).toBe('');
  expect(await pinsOf(flotilla)).toContain(dropped);
});

test('who reads, searches and hands in Patches while a mirror is packed anew notices nothing', async () => {
  await using flotilla = await open();
  for (let count = 0; count < 3; count += 1)
    await moveHead(flotilla, { [`f${count}`]: randomBytes(200_000) });
  await startExecution(flotilla.api);
  await using runner = await flotilla.connectRunner();
  const over = new AbortController();
  const packing = (async () => {
    let times = 0;
    for (; !over.signal.aborted; times += 1) await repack(mirror(flotilla), undefined, never);
    return times;
  })();
  const read = async () => {
    for (let round = 0; round < 4; round += 1) {
      const { targets, leftOut } = await flotilla.api.scopes.preview.query({ query: 'file:README example' });
      expect([targets.length, leftOut.length]).toEqual([1, 0]);
    }
  };
  const run = async () => {
    const job = await runner.claimOne();
    const patch = await patchOf(source(flotilla), { write: { new: randomBytes(50_000) } });
    expect(await runner.succeed(job, patch)).toEqual({ result: 'done' });
    const [ended] = await listJobs(flotilla.api, job.executionId);
    expect(await flotilla.api.jobs.changedFiles.query({ jobId: ended?.id ?? 0 })).toHaveLength(1);
  };
  await Promise.all([read(), read(), run()]).finally(() => over.abort());
  expect(await packing).toBeGreaterThan(0);
  expect(await git(mirror(flotilla), ['fsck', '--full', '--no-dangling'])).toBe('');
});

test('a mirror that somebody else is at waits for the next round', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  await moveHead(flotilla);
  await pass(flotilla, 2);
  await sql`update mirrors set repack_due_at = now()`;
  {
    await using _fetch = await takeSessionLock(flotilla.database.url, sessionLocks.mirror(1), { wait: true });
    await keepHouse(flotilla);
    expect(await pinsOf(flotilla)).toHaveLength(2);
    expect(await sql`select from mirrors where pins_due_at < now() and repack_due_at < now()`).toHaveLength(
      1,
    );
  }
  await keepHouse(flotilla);
  expect(await pinsOf(flotilla)).toHaveLength(1);
  expect(await sql`select from mirrors where repacked_at is not null`).toHaveLength(1);
});

test('a mirror that is broken or gone stops no other', async () => {
  await using flotilla = await open(['one', 'three', 'two']);
  const { sql, mirrors } = flotilla.service;
  await sql`
    insert into mirrors (repository_id, pins_due_at, repack_due_at) select id, now(), now() from repositories
    on conflict (repository_id) do update set pins_due_at = now(), repack_due_at = now()`;
  const names = await sql<{ id: string; name: string }[]>`select id, name from repositories order by name`;
  const [, three, two] = names.map(({ id }) => Number(id));
  await writeFile(join(mirrors.pathOf(three ?? 0), 'HEAD'), 'nonsense');
  await rm(mirrors.pathOf(two ?? 0), { recursive: true });
  await keepHouse(flotilla);
  const due = await sql<{ name: string; pins: boolean; repack: boolean; packed: boolean }[]>`
    select name, pins_due_at is not null as pins, repack_due_at is not null as repack, repacked_at is not null as packed
      from mirrors join repositories on id = repository_id order by name`;
  expect(due.map(({ name, pins, repack, packed }) => [name, pins, repack, packed])).toEqual([
    ['one', false, false, true],
    ['three', true, true, false],
    ['two', false, false, true],
  ]);
  // Not again and again.
  expect(
    await sql`select from mirrors where least(pins_due_at, repack_due_at) < now() + interval '1 hour'`,
  ).toEqual([]);
});

/** Leaves locks in a mirror, as a git does that was killed so many minutes ago. */
async function leaveLocks(gitDir: string, names: readonly string[], minutes: number): Promise<void> {
  const at = new Date(Date.now() - minutes * 60_000);
  for (const name of names) {
    await writeFile(join(gitDir, name), '');
    await utimes(join(gitDir, name), at, at);
  }
}

test('locks that a git has left which was killed hold up no fetch, and no removal of pins', async () => {
  await using flotilla = await open();
  const [first = ''] = await pinsOf(flotilla);
  const lists = ['HEAD.lock', 'packed-refs.lock', 'packed-refs.new'];
  const left = [...lists, 'refs/heads/main.lock', `refs/flotilla/pins/${first}.lock`];
  await leaveLocks(mirror(flotilla), left, 31);
  const head = await moveHead(flotilla);
  expect(await flotilla.api.repositories.list.query()).toMatchObject([{ headCommit: head, reason: null }]);
  await pass(flotilla, 2);
  await leaveLocks(mirror(flotilla), left, 31);
  await keepHouse(flotilla);
  expect(await pinsOf(flotilla)).toEqual([head]);
});

test('a mirror whose refs are locked keeps its needless ones until later, and no other keeps them with it', async () => {
  await using flotilla = await open(['one', 'two']);
  const { sql, mirrors } = flotilla.service;
  const needless = 'a'.repeat(40);
  for (const id of [1, 2]) {
    await git(mirrors.pathOf(id), ['update-ref', `refs/flotilla/trees/${id}`, 'refs/heads/main^{tree}']);
    await git(mirrors.pathOf(id), ['update-ref', `refs/flotilla/pins/${needless}`, 'refs/heads/main']);
  }
  await sql`
    insert into removed_executions (execution_id, leftovers)
    values (1, '{"attempts": [[1, 1], [2, 2]], "commits": [[1, "a"], [2, "a"]]}')`;
  await sql`insert into mirrors (repository_id, pins_due_at) select id, now() from repositories`;
  const refsOf = async (id: number) => {
    const refs = await git(mirrors.pathOf(id), [
      'for-each-ref',
      '--format=%(refname:lstrip=2)',
      'refs/flotilla',
    ]);
    return refs.split('\n').filter((ref) => ref === `trees/${id}` || ref === `pins/${needless}`);
  };
  await leaveLocks(mirrors.pathOf(1), ['packed-refs.lock'], 1);
  await keepHouse(flotilla);
  expect([await refsOf(1), await refsOf(2)]).toEqual([[`pins/${needless}`, 'trees/1'], []]);
  expect(await sql`select leftovers -> 'attempts' as attempts from removed_executions`).toEqual([
    { attempts: [[1, 1]] },
  ]);
  expect(
    await sql`select repository_id::int as id from mirrors where pins_due_at > now() + interval '1 hour'`,
  ).toEqual([{ id: 1 }]);

  await leaveLocks(mirrors.pathOf(1), ['packed-refs.lock'], 31);
  await pass(flotilla, 25);
  await keepHouse(flotilla);
  expect(await refsOf(1)).toEqual([]);
});

/** Makes the mirror of a repository one that git cannot read, and lets the pins of all be due. */
async function breakMirror({ service: { sql, mirrors } }: TestService, repositoryId: number): Promise<void> {
  await writeFile(join(mirrors.pathOf(repositoryId), 'HEAD'), 'nonsense');
  await sql`
    insert into mirrors (repository_id, pins_due_at) select id, now() from repositories
    on conflict (repository_id) do update set pins_due_at = now()`;
}

test('no mirror is looked at for pins while an Execution is being resolved', async () => {
  await using flotilla = await open();
  const { sql } = flotilla.service;
  await startExecution(flotilla.api);
  await sql`update executions set resolved_at = null`;
  await breakMirror(flotilla, 1);
  await keepHouse(flotilla);
  // One that was looked at and could not be read is postponed by a day.
  expect(await sql`select from mirrors where pins_due_at <= now()`).toHaveLength(1);
});

test('a mirror that cannot be read is free for others while the rest are compared', async () => {
  await using flotilla = await open(['one', 'two']);
  const { sql } = flotilla.service;
  await breakMirror(flotilla, 1);
  const take = (id: number) =>
    takeSessionLock(flotilla.database.url, sessionLocks.mirror(id), { wait: false });
  // The hold point: the statement that compares them reads former heads.
  await using held = await hold(sql, (tx) => tx`lock table former_heads in access exclusive mode`);
  const keeping = keepHouse(flotilla);
  await waitForBlocked(sql, 1);
  await using broken = await take(1);
  await using compared = await take(2);
  expect([broken !== undefined, compared !== undefined]).toEqual([true, false]);
  await held.release();
  await keeping;
});

test('a heap of packs becomes one of what is needed and one of what is not', async () => {
  await using flotilla = await open();
  const packs = async () =>
    (await readdir(join(mirror(flotilla), 'objects/pack'))).filter((name) => name.endsWith('.pack')).length;
  for (let count = 0; count < 51; count += 1) {
    const id = await git(mirror(flotilla), ['hash-object', '-w', '--stdin'], 'utf8', `object ${count}`);
    await git(mirror(flotilla), ['pack-objects', '-q', 'objects/pack/pack'], 'utf8', `${id}\n`);
  }
  await writeFile(join(mirror(flotilla), 'objects/pack/tmp_pack_left'), 'half a pack');
  expect(await packs()).toBeGreaterThan(50);
  await keepHouse(flotilla);
  expect(await packs()).toBe(2);
  expect(await readdir(join(mirror(flotilla), 'objects/pack'))).not.toContain('tmp_pack_left');
  expect(await git(mirror(flotilla), ['fsck', '--full', '--no-dangling'])).toBe('');
});

test('mirrors are looked at in turn for heaps, as many in each round as its share of an hour', async () => {
  await using flotilla = await open(['one', 'three', 'two']);
  const { sql, mirrors, config } = flotilla.service;
  for (const id of [1, 2, 3]) {
    const packs = join(mirrors.pathOf(id), 'objects/pack');
    for (let count = 0; count < 51; count += 1) await writeFile(join(packs, `pack-${count}.pack`), '');
  }
  const heaps = new HeapSearch();
  const found: number[][] = [];
  for (let round = 0; round < 4; round += 1) {
    await sql`update mirrors set repack_due_at = null`;
    await heaps.look({ sql, mirrors, config: { ...config, housekeepingMs: 2_000_000 } }, never);
    const due = await sql<{ id: number }[]>`
      select repository_id::int as id from mirrors where repack_due_at is not null order by 1`;
    found.push(due.map(({ id }) => id));
  }
  expect(found).toEqual([[1, 2], [3], [1, 2], [3]]);
});
