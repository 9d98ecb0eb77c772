import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeBareRepository } from './bareRepository.ts';
import { fetchCommit } from './fetchCommit.ts';

let folder: string;
let gitDir: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
  gitDir = join(folder, 'cache.git');
  await makeBareRepository(gitDir);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function serve(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/attempts/1/base`,
    [Symbol.dispose]: () => server.close(),
  };
}

/** A commit of one file, and the pack that a service sends for it. */
async function packedCommit(): Promise<{ commit: string; pack: Buffer }> {
  const source = join(folder, 'source');
  const git = (command: string) =>
    promisify(execFile)('sh', ['-c', command], { cwd: source, encoding: 'buffer', env: author });
  await promisify(execFile)('git', ['init', '--quiet', source]);
  await writeFile(join(source, 'file'), 'text\n'.repeat(10_000));
  const { stdout } = await git('git add . && git commit --quiet -m One && git rev-parse HEAD');
  const commit = stdout.toString().trim();
  const { stdout: pack } = await git(`echo ${commit} | git pack-objects --revs --stdout -q`);
  return { commit, pack };
}

const author = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

async function fetchFrom(url: string, commit: string, signal = AbortSignal.timeout(20_000)): Promise<void> {
  await fetchCommit(
    { url, leaseToken: 'token', commit, diskBytes: 1024 ** 3, signal },
    gitDir,
    `refs/flotilla/${commit}`,
  );
}

const someCommit = '1'.repeat(40);

test('a commit is there with its ref once it has been fetched, and is said to be there at the next fetch', async () => {
  const { commit, pack } = await packedCommit();
  const asked: [string | undefined, string | undefined][] = [];
  using service = await serve((request, response) => {
    asked.push([request.url, request.headers.authorization]);
    response.end(pack);
  });
  await fetchFrom(service.url, commit);
  expect(await readdir(join(gitDir, 'refs', 'flotilla'))).toEqual([commit]);
  await expect(fetchFrom(service.url, someCommit)).resolves.toBeUndefined();
  expect(asked).toEqual([
    ['/attempts/1/base', 'Bearer token'],
    [`/attempts/1/base?have=${commit}`, 'Bearer token'],
  ]);
});

test.each([
  [503, 'away'],
  [500, 'away'],
  [401, 'fenced'],
  [410, 'fenced'],
  [404, 'refused'],
])('a service that answers %d is %s', async (status, failure) => {
  using service = await serve((_request, response) => response.writeHead(status).end('{"message":"why"}'));
  await expect(fetchFrom(service.url, someCommit)).rejects.toMatchObject({
    failure,
    reason: 'git',
    message: `Commit ${someCommit} could not be fetched from the service: ${status} {"message":"why"}`,
  });
});

test('a service that is not there is away', async () => {
  const service = await serve(() => undefined);
  service[Symbol.dispose]();
  await expect(fetchFrom(service.url, someCommit)).rejects.toMatchObject({
    failure: 'away',
    message: expect.stringContaining('ECONNREFUSED') as string,
  });
});

test('a transfer that breaks off is cut, and leaves no ref', async () => {
  const { commit, pack } = await packedCommit();
  using service = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': pack.length });
    response.write(pack.subarray(0, 50), () => response.destroy());
  });
  await expect(fetchFrom(service.url, commit)).rejects.toMatchObject({ failure: 'cut' });
  expect(await readdir(join(gitDir, 'refs'))).toEqual([]);
});

test('a damaged pack is cut too, and leaves no ref', async () => {
  const { commit, pack } = await packedCommit();
  pack.writeUInt8(pack.readUInt8(60) ^ 1, 60);
  using service = await serve((_request, response) => response.end(pack));
  await expect(fetchFrom(service.url, commit)).rejects.toMatchObject({
    failure: 'cut',
    message: expect.stringMatching(
      /could not be fetched from the service: .*(inflate|SHA1|corrupt)/s,
    ) as string,
  });
  expect(await readdir(join(gitDir, 'refs'))).toEqual([]);
});

test('a pack that lacks a file of the commit is cut', async () => {
  const { commit } = await packedCommit();
  const source = join(folder, 'source');
  const { stdout: pack } = await promisify(execFile)(
    'sh',
    ['-c', `echo ${commit} | git pack-objects --stdout -q`],
    { cwd: source, encoding: 'buffer' },
  );
  using service = await serve((_request, response) => response.end(pack));
  await expect(fetchFrom(service.url, commit)).rejects.toMatchObject({ failure: 'cut' });
});

test('a fetch that is given up is neither', async () => {
  const givenUp = new AbortController();
  using service = await serve(() => givenUp.abort('cancelled'));
  const error: unknown = await fetchFrom(service.url, someCommit, givenUp.signal).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toHaveProperty('failure');
});
