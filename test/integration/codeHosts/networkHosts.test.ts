import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import type { CodeHost, GitAccess } from '../../../service/src/codeHosts/codeHost.ts';
import { codeHostKinds } from '../../../service/src/codeHosts/kinds.ts';
import { limitsOfLanes } from '../../../service/src/git/lanes.ts';
import { startExecution } from '../../support/actionText.ts';
import { startGitHttpServer } from '../../support/gitHttpServer.ts';
import { patchOf } from '../../support/patches.ts';
import { startProxy, type Proxy } from '../../support/proxy.ts';
import { commitFiles, git, makeRepositories } from '../../support/repositories.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { noCredential } from '../../support/scriptedHost.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** More than a host may fetch at once. */
const names = Array.from({ length: limitsOfLanes.remote.perOwner + 4 }, (_, index) => `r${index}`);

/** A host whose git goes over the network, and that lists as the folder does which it serves. */
interface NetworkHost {
  readonly folder: string;
  readonly network: Proxy;
}

interface Deployment extends AsyncDisposable {
  readonly flotilla: TestService;
  readonly hosts: readonly NetworkHost[];
}

/** A service over a local folder and two hosts on a network. */
async function openDeployment(scanPatienceMs = 30_000): Promise<Deployment> {
  await using resources = new AsyncDisposableStack();
  const { path } = resources.use(await temporaryFolder());
  const hosts: NetworkHost[] = [];
  for (const name of ['east', 'west']) {
    const folder = join(path, name);
    await makeRepositories(folder, names);
    const server = resources.use(await startGitHttpServer(folder));
    hosts.push({ folder, network: resources.use(await startProxy(server.url)) });
  }
  const directory = codeHostKinds['directory'];
  if (directory === undefined) throw new Error('there is no kind of that name');
  const urls = new Map(hosts.map(({ folder, network }) => [folder, network.url]));
  const forge = {
    protocols: [],
    open: (location: string): CodeHost => ({
      ...directory.open(location, {}, noCredential),
      access: ({ name }) =>
        Promise.resolve({
          url: `${urls.get(location)}/${name}/.git`,
          protocol: 'http',
          [Symbol.asyncDispose]: () => Promise.resolve(),
        } satisfies GitAccess),
    }),
  };
  const flotilla = resources.use(
    await testService({
      parts: { kinds: { directory, forge }, scanPatienceMs },
      repositories: (local) => makeRepositories(local, ['one', 'two']),
    }),
  );
  const { sql } = flotilla.service;
  for (const { folder } of hosts)
    await sql`insert into code_hosts (kind, name, location) values ('forge', ${folder}, ${folder})`;
  const owned = resources.move();
  return { flotilla, hosts, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test('what a host has is fetched over its network, by the one protocol that it names', async () => {
  await using deployment = await openDeployment();
  const { flotilla, hosts } = deployment;
  const [east] = hosts;
  if (east === undefined) throw new Error('there is no host');
  const moved = await commitFiles(join(east.folder, 'r0'), { 'large.txt': 'x'.repeat(100_000) }, 'More');
  const { hosts: scanned } = await flotilla.service.codeHosts.sync();
  expect(scanned.map(({ state, repositories }) => [state, repositories])).toEqual([
    ['scanned', 2],
    ['scanned', names.length],
    ['scanned', names.length],
  ]);
  const listed = await flotilla.api.repositories.list.query();
  expect(listed.filter(({ reason }) => reason !== null)).toEqual([]);
  const r0 = listed.find(({ name, codeHost }) => name === 'r0' && codeHost === east.folder);
  const mirror = flotilla.service.mirrors.pathOf(r0?.id ?? 0);
  expect(await git(mirror, ['rev-parse', 'refs/heads/main'])).toBe(moved);
});

test('two hosts whose network hangs hold up no scan, no Patch and no diff, and themselves by their own fetches alone', async () => {
  await using deployment = await openDeployment(1000);
  const { flotilla, hosts } = deployment;
  const { repositoriesFolder: local, api } = flotilla;
  await startExecution(api);
  for (const { network } of hosts) network.blackHole();
  const { codeHosts } = flotilla.service;
  const syncing = codeHosts.sync();
  const hanging = () => hosts.map(({ network }) => network.connections.length);
  await waitFor('both hosts to have as many fetches as they may', () =>
    hanging().every((count) => count === limitsOfLanes.remote.perOwner),
  );

  // The local host is scanned while they hang, and what moved there is fetched.
  const moved = await commitFiles(join(local, 'one'), { more: 'x' }, 'More');
  await waitFor('the local host to be scanned', async () => {
    const states = (await codeHosts.sync()).hosts.map(({ state }) => state);
    expect(states.slice(1)).toEqual(['goesOn', 'goesOn']);
    return states[0] === 'scanned';
  });
  const listed = await api.repositories.list.query();
  expect(listed.find(({ name }) => name === 'one')?.headCommit).toBe(moved);

  // A Patch is accepted, and looked at.
  await using runner = await flotilla.connectRunner();
  const jobs = await runner.claim(2);
  const job = jobs.find(({ repository }) => repository === 'two');
  if (job === undefined) throw new Error('there is no Job');
  const patch = await patchOf(join(local, 'two'), { write: { new: 'new\n' } });
  expect(await runner.succeed(job, patch)).toEqual({ result: 'done' });
  const [ended] = (await listJobs(api, job.executionId)).filter(({ state }) => state === 'succeeded');
  expect(await api.jobs.changedFiles.query({ jobId: ended?.id ?? 0 })).toMatchObject([{ path: 'new' }]);
  expect(hanging()).toEqual(hosts.map(() => limitsOfLanes.remote.perOwner));

  // The network is back: what hung goes on.
  for (const { network } of hosts) network.restore();
  await syncing;
  await waitFor('all to be there', async () => {
    const { hosts: scanned } = await codeHosts.sync();
    return scanned.every(({ state }) => state === 'scanned');
  });
  expect((await api.repositories.list.query()).filter(({ reason }) => reason !== null)).toEqual([]);
});

test('what a fetch leaves that was ended from outside stays until the next one has the mirror', async () => {
  await using flotilla = await testService({ repositories: (local) => makeRepositories(local, ['one']) });
  await using server = await startGitHttpServer(flotilla.repositoriesFolder);
  await using network = await startProxy(server.url);
  const { mirrors } = flotilla.service;
  const source = { hostId: 1, protocol: 'http', url: `${network.url}/one/.git` } as const;
  const folder = join(mirrors.pathOf(1), 'objects/pack');
  const leaving = new AbortController();
  network.blackHole();
  const limits = { timeLimitMs: 60_000, signal: leaving.signal };
  const fetching = mirrors.fetch(1, source, null, limits).catch(messageOf);
  await waitFor('git to fetch', () => network.connections.length > 0);
  await writeFile(join(folder, 'tmp_pack_left'), 'half a pack');
  leaving.abort(new Error('the lock was lost'));
  await fetching;
  expect(await readdir(folder)).toContain('tmp_pack_left');
  network.restore();
  await mirrors.fetch(1, source, null, { timeLimitMs: 60_000 });
  expect(await readdir(folder)).not.toContain('tmp_pack_left');
});

test('a host that would lead git to another protocol than it names is refused by git', async () => {
  await using deployment = await openDeployment();
  const { flotilla } = deployment;
  const { mirrors } = flotilla.service;
  const limits = { timeLimitMs: 10_000 };
  const source = { hostId: 1, protocol: 'http' } as const;
  const marker = join(flotilla.repositoriesFolder, 'ran');
  for (const url of [
    join(flotilla.repositoriesFolder, 'one'),
    `file://${flotilla.repositoriesFolder}/one`,
    `ext::sh -c touch% ${marker}`,
    `--upload-pack=touch ${marker}`,
  ])
    await expect(mirrors.fetch(99, { ...source, url }, null, limits)).rejects.toThrow('git fetch failed');
  await expect(readFile(marker)).rejects.toThrow('ENOENT');
  expect(await mirrors.has(99)).toBe(false);
});
