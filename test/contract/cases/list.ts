import { createServer, type AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { expect, test } from 'vitest';
import type { HostedRepository } from '../../../service/src/codeHosts/codeHost.ts';
import type { RepositoryRef } from '../../../service/src/codeHosts/repositoryRef.ts';
import { waitFor } from '../../support/waitFor.ts';
import type { Contract } from '../contract.ts';
import { main } from '../working.ts';

/** What a host says of its repositories. */
export function listCases({ can, takesToken, the }: Contract): void {
  const listed = async ({ externalId, name }: RepositoryRef): Promise<HostedRepository | undefined> => {
    const { repositories } = await the().host.list();
    return repositories.find((one) => (can.stableIds ? one.externalId === externalId : one.name === name));
  };

  test('all repositories are listed once, however many pages they take', async () => {
    const made: RepositoryRef[] = [];
    for (let index = 0; index < 7; index += 1) made.push((await the().makeRepository()).ref);
    const { repositories, unseen } = await the().host.list();
    const names = repositories.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(made.map(({ name }) => name)));
    expect(new Set(names).size).toBe(names.length);
    expect(repositories.every(({ externalId }) => (externalId !== null) === can.stableIds)).toBe(true);
    expect(unseen).toEqual([]);
  });

  test('the default branch and its head are what git says', async () => {
    const { ref, clone } = await the().makeRepository();
    const commit = await clone.commit('main', { 'more.txt': 'more\n' });
    await clone.commit('other', { 'other.txt': 'other\n' });
    const found = await listed(ref);
    expect(found).toMatchObject({ name: ref.name, defaultBranch: main, reason: null });
    // A host may leave it to git to say it.
    expect([commit, null]).toContain(found?.headCommit);
    expect(await the().host.look(ref)).toMatchObject({ defaultBranch: main, headCommit: commit });
    const heads = await the().host.heads(ref, [
      main,
      'refs/heads/other',
      'refs/heads/othe',
      'refs/heads/gone',
    ]);
    expect([...heads.keys()].sort()).toEqual([main, 'refs/heads/other']);
    expect(heads.get(main)).toBe(commit);
  });

  test('one that is empty says why no Job can run on it', async () => {
    const { ref } = await the().makeRepository({ empty: true });
    expect(await listed(ref)).toMatchObject({
      defaultBranch: null,
      reason: expect.stringContaining('empty'),
    });
  });

  test.skipIf(!can.describes)('forks, archived and private ones are marked', async () => {
    const plain = await the().makeRepository();
    const hidden = await the().makeRepository({ private: true });
    const archived = await the().makeRepository();
    await archived.archive?.();
    const forked = await plain.fork?.();
    const facts = async (ref: RepositoryRef | undefined) => ref && (await listed(ref))?.facts;
    expect(await facts(plain.ref)).toMatchObject({ archived: false, fork: false, visibility: 'public' });
    expect(await facts(hidden.ref)).toMatchObject({ visibility: 'private' });
    expect(await facts(archived.ref)).toMatchObject({ archived: true });
    expect(await facts(forked)).toMatchObject({ fork: true });
  });

  test('a fingerprint changes with a push to any branch, and else stays', async () => {
    const { ref, clone } = await the().makeRepository();
    const fingerprint = async () => (await listed(ref))?.fingerprint ?? '';
    const settled = (before?: string) =>
      waitFor('a fingerprint that stays', async () => {
        const [first, second] = [await fingerprint(), await fingerprint()];
        return first === second && first !== before && first;
      });
    const first = await settled();
    expect(first).not.toBe('');
    await clone.commit('other', { 'other.txt': 'other\n' });
    const second = await settled(first);
    await clone.commit('main', { 'more.txt': 'more\n' });
    await settled(second);
  });

  test('a repository that is looked for and not there is undefined', async () => {
    const name = 'nobody/nothing';
    expect(await the().host.look({ externalId: can.stableIds ? '999999999' : null, name })).toBeUndefined();
  });

  test('a host that cannot be reached says so, and is not taken for an empty one', async () => {
    const host = the().openAt({ location: the().away });
    await expect(host.list()).rejects.toThrow(/\w/);
    const { ref } = await the().makeRepository();
    await expect(host.heads(ref, [main])).rejects.toThrow(/\w/);
  });

  test.skipIf(!can.stableIds)('one that is renamed is the same one', async () => {
    const { ref, rename } = await the().makeRepository();
    const name = await rename?.();
    expect(name).not.toBe(ref.name);
    expect(await listed(ref)).toMatchObject({ externalId: ref.externalId, name });
    expect(await the().host.look(ref)).toMatchObject({ externalId: ref.externalId, name });
  });

  test.skipIf(!takesToken)('its credential is not sent to where it leads', async () => {
    const { ref } = await the().makeRepository();
    let strangers = 0;
    await using stranger = await listen((socket) => {
      strangers += 1;
      socket.destroy();
    });
    await using there = await redirectTo(`http://127.0.0.1:${stranger.port}`);
    const host = the().openAt({ location: `http://127.0.0.1:${there.port}` });
    await expect(host.list()).rejects.toThrow(/\w/);
    await expect(host.heads(ref, [main])).rejects.toThrow(/\w/);
    await expect(host.look(ref).then((found) => found ?? Promise.reject(new Error('gone')))).rejects.toThrow(
      /\w/,
    );
    expect(there.requests()).toBeGreaterThan(0);
    expect(strangers).toBe(0);
  });
}

interface Listening extends AsyncDisposable {
  readonly port: number;
}

async function listen(onConnection: Parameters<typeof createServer>[1]): Promise<Listening> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void (await new Promise((resolve) => server.close(resolve))),
  };
}

/** Answers each request that it is to be asked for elsewhere. */
async function redirectTo(origin: string): Promise<Listening & { requests(): number }> {
  let requests = 0;
  const server = createHttpServer(({ url }, response) => {
    requests += 1;
    response.writeHead(302, { location: `${origin}${url}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
