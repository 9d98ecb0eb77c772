import { expect, test } from 'vitest';
import type {
  HostedRepository,
  RepositoryFacts,
  UnseenPlace,
} from '../../../service/src/codeHosts/codeHost.ts';
import { connect, type Sql } from '../../../service/src/db/database.ts';
import { storeFacts } from '../../../service/src/repositories/queries/storeFacts.ts';
import { storeGone } from '../../../service/src/repositories/queries/storeGone.ts';
import { storeListing } from '../../../service/src/repositories/queries/storeListing.ts';
import { testDatabase } from '../../support/testDatabase.ts';

const facts: RepositoryFacts = {
  url: null,
  archived: false,
  fork: false,
  visibility: null,
  description: null,
  topics: [],
  language: null,
  pushedAt: null,
};

/** A repository as a host with ids lists it, or with null one without. */
function hosted(
  externalId: string | null,
  name: string,
  more: Partial<RepositoryFacts> = {},
): HostedRepository {
  const nothing = { defaultBranch: null, headCommit: null, fingerprint: '', reason: null };
  return { externalId, name, ...nothing, facts: { ...facts, ...more } };
}

interface Rows extends AsyncDisposable {
  readonly sql: Sql;
  /** Stores a list, of all repositories unless said otherwise; answers their ids. */
  store(
    repositories: readonly HostedRepository[],
    more?: { askedAt?: string; isWhole?: boolean; unseen?: readonly UnseenPlace[] },
  ): Promise<number[]>;
  /** Ids by name, of those that are there. */
  present(): Promise<Record<string, number>>;
  now(): Promise<string>;
}

async function openRows(): Promise<Rows> {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(await testDatabase());
  const { sql } = resources.use(connect(database.url, { max: 4 }));
  const [host] = await sql<{ id: string }[]>`
    insert into code_hosts (kind, name, location) values ('any', 'any', 'anywhere') returning id`;
  const hostId = Number(host?.id);
  const now = async () => (await sql<{ now: string }[]>`select now()::text as now`)[0]?.now ?? '';
  const owned = resources.move();
  return {
    sql,
    now,
    async store(repositories, { askedAt, isWhole = true, unseen = [] } = {}) {
      const listing = { hostId, repositories, askedAt: askedAt ?? (await now()), isWhole, unseen };
      return (await storeListing(sql, listing)).map((known) => known?.id ?? 0);
    },
    async present() {
      const rows = await sql<{ id: string; name: string }[]>`
        select id, name from repositories where present order by name, id`;
      return Object.fromEntries(rows.map(({ id, name }) => [name, Number(id)]));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test('what is new gets a row, what is gone is marked, and what comes back has its row again', async () => {
  await using rows = await openRows();
  const [one = 0, two = 0] = await rows.store([hosted(null, 'one'), hosted(null, 'two')]);
  expect(await rows.store([hosted(null, 'two'), hosted(null, 'three')])).toEqual([two, expect.any(Number)]);
  expect(Object.keys(await rows.present())).toEqual(['three', 'two']);
  expect(await rows.store([hosted(null, 'one')])).toEqual([one]);
  expect(await rows.present()).toEqual({ one });
});

test('a repository with an id keeps its row under another name, and without one it is another', async () => {
  await using rows = await openRows();
  const [first] = await rows.store([hosted('1', 'old')]);
  expect(await rows.store([hosted('1', 'new')])).toEqual([first]);
  expect(await rows.present()).toEqual({ new: first });
  const [named] = await rows.store([hosted(null, 'old')]);
  expect(await rows.store([hosted(null, 'new')])).not.toEqual([named]);
});

test('repositories that swapped their names are the same rows', async () => {
  await using rows = await openRows();
  const [a = 0, b = 0, c = 0] = await rows.store([hosted('1', 'a'), hosted('2', 'b'), hosted('3', 'c')]);
  expect(await rows.store([hosted('1', 'b'), hosted('2', 'c'), hosted('3', 'a')])).toEqual([a, b, c]);
  expect(await rows.present()).toEqual({ b: a, c: b, a: c });
});

test('a new repository that takes the old name of one that was renamed, or is gone, is a row of its own', async () => {
  await using rows = await openRows();
  const [renamed = 0, gone = 0] = await rows.store([hosted('1', 'web'), hosted('2', 'api')]);
  const [, web = 0, api = 0] = await rows.store([
    hosted('1', 'web-old'),
    hosted('3', 'web'),
    hosted('4', 'api'),
  ]);
  expect(await rows.present()).toEqual({ 'web-old': renamed, web, api });
  expect(new Set([renamed, gone, web, api]).size).toBe(4);
});

test('hosts have repositories of the same names and ids without each other’s notice', async () => {
  await using rows = await openRows();
  await rows.store([hosted('1', 'web'), hosted(null, 'api')]);
  const [other] = await rows.sql<{ id: string }[]>`
    insert into code_hosts (kind, name, location) values ('any', 'other', 'elsewhere') returning id`;
  const repositories = [hosted('1', 'web'), hosted(null, 'api')];
  const listing = {
    hostId: Number(other?.id),
    repositories,
    askedAt: await rows.now(),
    isWhole: true,
    unseen: [],
  };
  await storeListing(rows.sql, listing);
  const [counted] = await rows.sql`select count(*)::int as count from repositories where present`;
  expect(counted).toEqual({ count: 4 });
});

test('a host that was asked for one repository says nothing of the others', async () => {
  await using rows = await openRows();
  const [one = 0, two = 0] = await rows.store([hosted('1', 'one'), hosted('2', 'two')]);
  await rows.sql`update code_hosts set problem = 'it is away'`;
  await rows.store([hosted('1', 'uno')], { isWhole: false });
  expect(await rows.present()).toEqual({ uno: one, two });
  expect(await rows.sql`select problem from code_hosts`).toEqual([{ problem: 'it is away' }]);
});

test('what a host said to who asked earlier changes nothing that it said to who asked later', async () => {
  await using rows = await openRows();
  const earlier = await rows.now();
  const [id = 0] = await rows.store([hosted('1', 'new')]);
  const fetched = { defaultBranch: 'refs/heads/main', headCommit: 'b', fingerprint: 'b', reason: null };
  await storeFacts(rows.sql, id, fetched, await rows.now());
  await storeFacts(rows.sql, id, { ...fetched, headCommit: 'a', fingerprint: 'a' }, earlier);
  await rows.store([hosted('1', 'old')], { askedAt: earlier });
  await rows.store([], { askedAt: earlier });
  expect(await rows.sql`select name, present, head_commit, fingerprint from repositories`).toEqual([
    { name: 'new', present: true, head_commit: 'b', fingerprint: 'b' },
  ]);
});

test('what was said of one repository to who asked before all were listed changes nothing, whatever the list has said of it', async () => {
  await using rows = await openRows();
  const [same = 0, gone = 0, hidden = 0] = await rows.store([
    hosted('1', 'same'),
    hosted('2', 'gone'),
    hosted('3', 'hidden'),
  ]);
  const earlier = await rows.now();
  const unseen = [{ place: 'hidden', reason: 'it was not seen' }];
  await rows.store([hosted('1', 'same')], { unseen });
  const states = () => rows.sql`
    select id::int, name, present, reason, head_commit from repositories order by id`;
  const after = await states();
  expect(after.map(({ id, present }) => [id, present])).toEqual([
    [same, true],
    [gone, false],
    [hidden, true],
  ]);
  const slow = { askedAt: earlier, isWhole: false };
  for (const [id, name] of [
    ['1', 'another name'],
    ['2', 'gone'],
    ['3', 'hidden'],
    ['4', 'new'],
  ] as const)
    await rows.store([hosted(id, name)], slow);
  const fetched = { defaultBranch: 'refs/heads/main', headCommit: 'a', fingerprint: 'a', reason: null };
  for (const id of [gone, hidden]) await storeFacts(rows.sql, id, fetched, earlier);
  await storeGone(rows.sql, same, earlier);
  expect(await states()).toEqual(after);
});

test('what a host knows of a repository is stored and brought up to date, texts that cannot be stored too', async () => {
  await using rows = await openRows();
  const known = {
    url: 'https://example.org/web',
    archived: true,
    fork: true,
    visibility: 'internal',
    description: 'a\0b',
    topics: ['x', 'y, "z"'],
    language: 'Go',
    pushedAt: new Date('2026-01-02T03:04:05.678Z'),
  } as const;
  await rows.store([hosted('1', 'web\ud800', known)]);
  const stored = () => rows.sql`
    select name, url, archived, fork, visibility, description, to_json(topics) as topics, language, pushed_at from repositories`;
  const row = {
    name: 'web\ufffd',
    url: known.url,
    archived: true,
    fork: true,
    visibility: 'internal',
    description: 'a\ufffdb',
    language: 'Go',
    topics: ['x', 'y, "z"'],
    pushed_at: known.pushedAt,
  };
  expect(await stored()).toEqual([row]);
  await rows.store([hosted('1', 'web', { ...known, archived: false, topics: [] })]);
  expect(await stored()).toEqual([{ ...row, name: 'web', archived: false, topics: [] }]);
});

test('two who store the same list at once make one row of each', async () => {
  await using rows = await openRows();
  const many = Array.from({ length: 200 }, (_, index) =>
    hosted(index % 2 === 0 ? String(index) : null, `r${index}`),
  );
  await Promise.all([rows.store(many), rows.store(many), rows.store(many)]);
  expect(Object.keys(await rows.present())).toHaveLength(200);
  const [counted] = await rows.sql`select count(*)::int as count from repositories`;
  expect(counted).toEqual({ count: 200 });
});

test('what lies where nobody could look stays, with the reason, and is fetched when it is seen again', async () => {
  await using rows = await openRows();
  const names = ['team', 'team/web', 'team.git/api', 'teams', 'other', 'bare'];
  const all = names.map((name) => hosted(null, name));
  const ids = await rows.store(all);
  const fetched = { defaultBranch: 'refs/heads/main', headCommit: 'a', fingerprint: 'a', reason: null };
  for (const id of ids) await storeFacts(rows.sql, id, fetched, await rows.now());
  const states = async () =>
    Object.fromEntries(
      (
        await rows.sql<{ name: string; present: boolean; reason: string | null; fingerprint: string }[]>`
          select name, present, reason, fingerprint from repositories order by name`
      ).map(({ name, present, reason, fingerprint }) => [name, [present, reason, fingerprint]]),
    );
  const unseen = ['team', 'bare.git'].map((place) => ({ place, reason: `not ${place}` }));
  await rows.store([hosted(null, 'other')], { unseen });
  expect(await states()).toEqual({
    team: [true, 'not team', ''],
    'team/web': [true, 'not team', ''],
    bare: [true, 'not bare.git', ''],
    other: [true, null, 'a'],
    'team.git/api': [false, null, 'a'],
    teams: [false, null, 'a'],
  });
  expect(await rows.store(all)).toEqual(ids);
  await rows.store([], { unseen: [{ place: '', reason: 'nothing' }] });
  expect(new Set(Object.values(await states()).map(([present, reason]) => `${present} ${reason}`))).toEqual(
    new Set(['true nothing']),
  );
});
