import { rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import type { HostedRepository, HostListing } from '../../../service/src/codeHosts/codeHost.ts';
import { codeHostKinds } from '../../../service/src/codeHosts/kinds.ts';
import type { NamedFolder } from '../../../service/src/codeHosts/namedFolders.ts';
import { startExecution } from '../../support/actionText.ts';
import { commitFiles, makeRepository } from '../../support/repositories.ts';
import { scriptedKind, type Script } from '../../support/scriptedHost.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { testDatabase, type TestDatabase } from '../../support/testDatabase.ts';
import { testService, type TestService, type TestServiceOptions } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

interface Place extends AsyncDisposable {
  readonly path: string;
  readonly database: TestDatabase;
  /** A service over folders of this place. */
  open(repositories: readonly NamedFolder[], options?: TestServiceOptions): Promise<TestService>;
}

/** A place with folders `a` and `b`, each with a repository `web` of its own, and a database. */
async function openPlace(): Promise<Place> {
  await using resources = new AsyncDisposableStack();
  const { path } = resources.use(await temporaryFolder());
  const database = resources.use(await testDatabase());
  for (const name of ['a', 'b'])
    await makeRepository(join(path, name, 'web'), { files: { 'README.md': `of ${name}\n` } });
  const owned = resources.move();
  return {
    path,
    database,
    open: (repositories, options = {}) =>
      testService({
        database,
        sharedFolder: join(path, 'shared'),
        ...options,
        config: { repositories, ...options.config },
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Both folders, by name. */
const both = ({ path }: Place): NamedFolder[] =>
  ['a', 'b'].map((name) => ({ name, folder: join(path, name) }));

const listed = async ({ api }: TestService) =>
  (await api.repositories.list.query()).map(({ id, name, codeHost }) => [codeHost, name, id]);

const scopeOf = async ({ api }: TestService) => {
  const { targets, leftOut } = await api.scopes.preview.query({ query: 'repo:' });
  return {
    targets: targets.map(({ codeHost, repository }) => [codeHost, repository]),
    leftOut: leftOut.map(({ codeHost, repository, reason }) => [codeHost, repository, reason]),
  };
};

test('two hosts have a repository of the same name each, and both are in scope', async () => {
  await using place = await openPlace();
  await using flotilla = await place.open(both(place));
  expect(await listed(flotilla)).toEqual([
    ['a', 'web', expect.any(Number)],
    ['b', 'web', expect.any(Number)],
  ]);
  expect(await scopeOf(flotilla)).toEqual({
    targets: [
      ['a', 'web'],
      ['b', 'web'],
    ],
    leftOut: [],
  });
  const execution = await startExecution(flotilla.api);
  const jobs = await listJobs(flotilla.api, execution.id);
  expect(new Set(jobs.map(({ baseRevision }) => baseRevision)).size).toBe(2);
});

test('a host that vanishes is away with all that it has, stops no Job of another, and comes back as it was', async () => {
  await using place = await openPlace();
  await using flotilla = await place.open(both(place));
  const before = await listed(flotilla);
  await startExecution(flotilla.api);
  await using runner = await flotilla.connectRunner();
  const [job, other] = await runner.claim(2);
  if (job === undefined || other === undefined) throw new Error('there are no two Jobs');

  await rename(join(place.path, 'b'), join(place.path, 'elsewhere'));
  const problem = `there is no folder ${join(place.path, 'b')}`;
  expect((await flotilla.api.repositories.sync.mutate()).hosts).toMatchObject([
    { codeHost: 'a', state: 'scanned', repositories: 1, changed: 0, problem: null },
    { codeHost: 'b', state: 'away', repositories: 0, problem },
  ]);
  expect(await listed(flotilla)).toEqual(before);
  expect(await scopeOf(flotilla)).toEqual({
    targets: [['a', 'web']],
    leftOut: [['b', 'web', { kind: 'hostAway', problem }]],
  });
  // What runs has its commit in the mirror, whichever host it came from.
  for (const claimed of [job, other]) expect(await runner.succeed(claimed)).toEqual({ result: 'done' });
  const moved = await commitFiles(join(place.path, 'a/web'), { more: 'x' }, 'More');
  expect(await flotilla.api.repositories.sync.mutate()).toMatchObject({ changed: 1 });

  await rename(join(place.path, 'elsewhere'), join(place.path, 'b'));
  expect((await flotilla.api.repositories.sync.mutate()).hosts).toMatchObject([
    { state: 'scanned' },
    { state: 'scanned', problem: null },
  ]);
  expect(await listed(flotilla)).toEqual(before);
  expect(await scopeOf(flotilla)).toMatchObject({ leftOut: [] });
  const [web] = await flotilla.api.repositories.list.query();
  expect(web?.headCommit).toBe(moved);
});

test('a folder that is not named any more is there no more, and is the same host when it is named again', async () => {
  await using place = await openPlace();
  let before: unknown;
  {
    await using first = await place.open(both(place));
    before = await listed(first);
    await startExecution(first.api);
  }
  {
    await using second = await place.open(both(place).slice(0, 1));
    expect(await listed(second)).toEqual([['a', 'web', expect.any(Number)]]);
    expect(await scopeOf(second)).toEqual({ targets: [['a', 'web']], leftOut: [] });
    // Its Jobs go on.
    await using runner = await second.connectRunner();
    expect(await runner.claim(2)).toHaveLength(2);
  }
  await using third = await place.open(both(place));
  expect(await listed(third)).toEqual(before);
});

test('names of hosts can be swapped, and a bare folder keeps the row that it had', async () => {
  await using place = await openPlace();
  const folders = both(place);
  const [a, b] = folders.map(({ folder }) => folder);
  if (a === undefined || b === undefined) throw new Error('there are no two folders');
  const rows = async ({ service: { sql } }: TestService) =>
    await sql<{ id: string; name: string; location: string; present: boolean }[]>`
      select id, name, location, present from code_hosts order by id`;
  {
    await using bare = await place.open([{ name: null, folder: a }]);
    expect(await rows(bare)).toMatchObject([{ id: '1', name: 'a', location: a, present: true }]);
  }
  {
    await using swapped = await place.open([
      { name: 'b', folder: a },
      { name: 'a', folder: b },
    ]);
    expect(await rows(swapped)).toMatchObject([
      { id: '1', name: 'b', location: a },
      { id: '2', name: 'a', location: b },
    ]);
  }
  await using again = await place.open(folders);
  expect(await rows(again)).toMatchObject([
    { id: '1', name: 'a', location: a, present: true },
    { id: '2', name: 'b', location: b, present: true },
  ]);
});

test.each<[string, (path: string) => Promise<unknown>, RegExp]>([
  [
    'one that leads to the other',
    (path) => symlink(join(path, 'a'), join(path, 'c')),
    /are one folder; name it once/,
  ],
  [
    'one that leads into the other',
    (path) => symlink(join(path, 'a/web'), join(path, 'c')),
    /lies in .*\/a, so its repositories would be there twice/,
  ],
  [
    'one around the other',
    (path) => symlink(path, join(path, 'c')),
    /\/a lies in .*\/c, so its repositories would be there twice/,
  ],
])('two folders are refused in a sentence: %s', async (_what, make, sentence) => {
  await using place = await openPlace();
  await make(place.path);
  const folders = [
    { name: 'a', folder: join(place.path, 'a') },
    { name: 'c', folder: join(place.path, 'c') },
  ];
  expect(await place.open(folders).catch(messageOf)).toMatch(sentence);
});

test.each<[string, (folder: string) => Promise<unknown>, RegExp]>([
  ['a file', (folder) => writeFile(folder, ''), /\/c is no folder$/],
  ['nothing', () => Promise.resolve(), /^there is no folder .*\/c$/],
  ['a link that leads nowhere', (folder) => symlink('nowhere', folder), /^there is no folder .*\/c$/],
  ['a link to itself', (folder) => symlink('c', folder), /^.*\/c cannot be read: ELOOP/],
])(
  'where a folder is named that is %s, its host is away and all else goes on',
  async (_what, make, problem) => {
    await using place = await openPlace();
    const folder = join(place.path, 'c');
    await make(folder);
    await using flotilla = await place.open([...both(place), { name: 'c', folder }]);
    const { hosts } = await flotilla.api.repositories.sync.mutate();
    expect(hosts).toMatchObject([
      { state: 'scanned' },
      { state: 'scanned' },
      { codeHost: 'c', state: 'away' },
    ]);
    expect(hosts[2]?.problem).toMatch(problem);
  },
);

test('what one replica says of hosts, all take up at its hint and without a restart', async () => {
  await using place = await openPlace();
  const one = both(place).slice(0, 1);
  await using first = await place.open(one, { dataFolder: join(place.path, 'first') });
  await using second = await place.open(one, { dataFolder: join(place.path, 'second') });
  const idsOf = ({ service }: TestService) => service.codeHosts.all().map(({ row }) => row.id);
  expect([idsOf(first), idsOf(second)]).toEqual([[1], [1]]);
  const { sql, hints } = first.service;
  const location = join(place.path, 'b');
  await sql`insert into code_hosts (kind, name, location) values ('directory', 'b', ${location})`;
  hints.publish('hosts');
  await waitFor('both to have taken it up', () => [first, second].every((one) => idsOf(one).length === 2));
  await waitFor('it to have been scanned', async () => (await listed(first)).length === 2);

  await sql`update code_hosts set present = false where name = 'b'`;
  hints.publish('hosts');
  await waitFor('both to have let go of it', () => [first, second].every((one) => idsOf(one).length === 1));
  expect(await listed(second)).toHaveLength(1);
});

test('a host that never answers keeps nobody waiting, and ends with the service', async () => {
  await using place = await openPlace();
  const kinds = { ...codeHostKinds, scripted: scriptedKind(new Map()) };
  {
    await using flotilla = await place.open(both(place), { parts: { kinds, scanPatienceMs: 300 } });
    const { sql, codeHosts } = flotilla.service;
    await sql`insert into code_hosts (kind, name, location) values ('scripted', 'silent', 'anywhere')`;
    const moved = await commitFiles(join(place.path, 'b/web'), { more: 'x' }, 'More');
    await waitFor('the others to be scanned', async () => {
      const { hosts } = await flotilla.api.repositories.sync.mutate();
      const states = hosts.map(({ codeHost, state, problem }) => [codeHost, state, problem]);
      expect(states[2]).toEqual(['silent', 'goesOn', null]);
      return states.slice(0, 2).every(([, state]) => state === 'scanned');
    });
    expect(codeHosts.all()).toHaveLength(3);
    const heads = (await flotilla.api.repositories.list.query()).map(({ headCommit }) => headCommit);
    expect(heads).toContain(moved);
  }
});

test('who waits for a host that is let go of meanwhile hears of the others', async () => {
  await using place = await openPlace();
  const kinds = { ...codeHostKinds, scripted: scriptedKind(new Map()) };
  await using flotilla = await place.open(both(place), { parts: { kinds } });
  const { sql, codeHosts } = flotilla.service;
  await sql`insert into code_hosts (kind, name, location) values ('scripted', 'silent', 'anywhere')`;
  const syncing = codeHosts.sync();
  await waitFor('it to have been taken up', () => codeHosts.all().length === 3);
  await sql`update code_hosts set present = false where name = 'silent'`;
  await codeHosts.takeUp();
  expect((await syncing).hosts.map(({ codeHost }) => codeHost)).toEqual(['a', 'b']);
});

test('half an answer is none: what a host had before it failed stays as it was', async () => {
  await using place = await openPlace();
  const facts = {
    url: 'https://forge.example/web',
    archived: false,
    fork: false,
    visibility: null,
    description: null,
    topics: [],
    language: null,
    pushedAt: null,
  };
  const repository = (externalId: string, name: string) => ({
    externalId,
    name,
    defaultBranch: null,
    headCommit: null,
    fingerprint: 'f',
    reason: 'it is empty: it has no branch yet',
    facts,
  });
  const whole = (...repositories: readonly HostedRepository[]): HostListing => ({ repositories, unseen: [] });
  const script: { -readonly [Key in keyof Script]: Script[Key] } = {
    can: { stableIds: true, push: false, describes: true, pullRequests: null },
    list: () => Promise.resolve(whole(repository('1', 'web'), repository('2', 'api'))),
  };
  const kinds = {
    scripted: scriptedKind(new Map([['forge', { ...script, list: () => script.list?.() ?? [] } as Script]])),
  };
  await using flotilla = await place.open([], { parts: { kinds } });
  const { sql, codeHosts } = flotilla.service;
  await sql`insert into code_hosts (kind, name, location) values ('scripted', 'forge', 'forge')`;
  await codeHosts.sync();
  const before = await flotilla.api.repositories.list.query();
  expect(before.map(({ name, url }) => [name, url])).toEqual([
    ['api', 'https://forge.example/web'],
    ['web', 'https://forge.example/web'],
  ]);
  const problems: unknown[] = [];
  for (const list of [
    () => Promise.reject(new Error('page 2 did not come')),
    // Mistakes of a kind are no answer either.
    () => Promise.resolve(whole(repository('1', 'web'), repository('1', 'again'))),
    () => Promise.resolve(whole({ ...repository('1', 'web'), externalId: null })),
  ]) {
    script.list = list;
    problems.push((await codeHosts.sync()).hosts[0]?.problem);
    expect(await flotilla.api.repositories.list.query()).toEqual(before);
  }
  expect(problems).toEqual([
    'page 2 did not come',
    'it lists the repository again twice, or by no id of its own',
    'it lists the repository web twice, or by no id of its own',
  ]);
  // A part that it did not see stays as well.
  script.list = () =>
    Promise.resolve({ repositories: [], unseen: [{ place: 'api', reason: 'it was not seen' }] });
  await codeHosts.sync();
  expect(await flotilla.api.repositories.list.query()).toEqual([{ ...before[0], reason: 'it was not seen' }]);
  script.list = () => Promise.resolve(whole(repository('2', 'web')));
  expect((await codeHosts.sync()).hosts).toMatchObject([{ state: 'scanned', problem: null }]);
  expect(await flotilla.api.repositories.list.query()).toMatchObject([{ id: before[0]?.id, name: 'web' }]);
});

test('settings that a kind does not know are the problem of their host alone', async () => {
  await using place = await openPlace();
  await using flotilla = await place.open(both(place));
  const { sql, codeHosts } = flotilla.service;
  await sql`update code_hosts set settings = '{"token": "x"}' where name = 'b'`;
  await codeHosts.sync();
  expect(codeHosts.all().map(({ row }) => row.name)).toEqual(['a']);
  const problem = 'it has settings that a folder does not have';
  expect((await scopeOf(flotilla)).leftOut).toEqual([['b', 'web', { kind: 'hostAway', problem }]]);
  await sql`update code_hosts set settings = '{}' where name = 'b'`;
  await codeHosts.sync();
  expect(await scopeOf(flotilla)).toMatchObject({ leftOut: [] });
});

test('a host that cannot be opened is away, also where that cannot be written, and those after it are scanned', async () => {
  await using place = await openPlace();
  const odd = {
    protocols: [],
    open: () => {
      throw new Error('its settings are odd');
    },
  };
  await using flotilla = await place.open(both(place).slice(0, 1), {
    parts: { kinds: { ...codeHostKinds, odd } },
  });
  const { sql, codeHosts } = flotilla.service;
  await sql`
    create function refuse() returns trigger language plpgsql as 'begin raise exception ''it is refused''; end'`;
  await sql`
    create trigger refuse before update on code_hosts for each row when (new.kind = 'odd') execute function refuse()`;
  await sql`
    insert into code_hosts (kind, name, location)
    values ('odd', 'odd', 'anywhere'), ('directory', 'b', ${join(place.path, 'b')})`;
  const answer = async () =>
    (await codeHosts.sync()).hosts.map(({ codeHost, state, problem }) => [codeHost, state, problem]);
  const away = ['odd', 'away', 'its settings are odd'];
  expect(await answer()).toEqual([['a', 'scanned', null], away, ['b', 'scanned', null]]);
  await sql`drop trigger refuse on code_hosts`;
  expect(await answer()).toContainEqual(away);
  expect(await sql`select problem from code_hosts where name = 'odd'`).toEqual([{ problem: away[2] }]);
  await sql`update code_hosts set present = false where name = 'odd'`;
  expect(await answer()).not.toContainEqual(away);
});
