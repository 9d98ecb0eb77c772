import { join } from 'node:path';
import type { PatchView } from '@flotilla/shared/views';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { patchOf } from '../../support/patches.ts';
import { git, makeRepository } from '../../support/repositories.ts';
import { sha256 } from '../../support/testRunner.ts';
import { testService, type TestService } from '../../support/testService.ts';

const large = Buffer.alloc(5 * 1024 * 1024, 'large and binary \0 ');
const odd = 'ünï "code"\n/-rf *.txt';

let flotilla: TestService;
let patch: PatchView;
let repositories: Map<string, number>;

beforeAll(async () => {
  flotilla = await testService({
    repositories: async (folder) => {
      await makeRepository(join(folder, 'one'), {
        files: {
          'a.txt': 'before\n',
          'large.bin': large,
          'sub/b.txt': 'b\n',
          link: { symlink: 'a.txt' },
          [odd]: 'odd\n',
        },
      });
      await makeRepository(join(folder, 'secret'), { files: { 'secret.txt': 'secret\n' } });
    },
  });
  await startExecution(flotilla.api, { scopeQuery: 'repo:one' });
  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  const source = join(flotilla.repositoriesFolder, 'one');
  await runner.succeed(job, await patchOf(source, { write: { 'a.txt': 'after\n', 'new.txt': 'new\n' } }));
  const ended = await flotilla.api.jobs.get.query({ jobId: job.jobId });
  if (ended.patch === null) throw new Error('the Job has no Patch');
  patch = ended.patch;
  repositories = new Map((await flotilla.api.repositories.list.query()).map(({ name, id }) => [name, id]));
});
afterAll(() => flotilla[Symbol.asyncDispose]());

async function contentOf(
  tree: string,
  path: string,
  repository = 'one',
): Promise<{ status: number; bytes: Buffer; headers: Headers }> {
  const query = new URLSearchParams({ repository: String(repositories.get(repository)), tree, path });
  const response = await fetch(`${flotilla.url}/contents?${query}`, {
    headers: { authorization: `Bearer ${flotilla.userToken}` },
  });
  return {
    status: response.status,
    bytes: Buffer.from(await response.arrayBuffer()),
    headers: response.headers,
  };
}

describe('contents by tree', () => {
  test('are both sides of a diff', async () => {
    expect((await contentOf(patch.baseTree, 'a.txt')).bytes.toString()).toBe('before\n');
    expect((await contentOf(patch.resultTree, 'a.txt')).bytes.toString()).toBe('after\n');
    expect((await contentOf(patch.baseTree, 'new.txt')).status).toBe(404);
    expect((await contentOf(patch.resultTree, 'new.txt')).bytes.toString()).toBe('new\n');
  });

  test('come whole, also large and binary ones, with their length', async () => {
    const { bytes, headers } = await contentOf(patch.resultTree, 'large.bin');
    expect(sha256(bytes)).toBe(sha256(large));
    expect(headers.get('content-length')).toBe(String(large.length));
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('of an odd name are found, and a name is never a pattern or an option', async () => {
    expect((await contentOf(patch.baseTree, odd)).bytes.toString()).toBe('odd\n');
    for (const path of ['*.txt', '*', ':(glob)**', '--help', ':/a.txt']) {
      expect([path, (await contentOf(patch.baseTree, path)).status]).toEqual([path, 404]);
    }
  });

  test('of a symbolic link are its target, never what it leads to', async () => {
    expect((await contentOf(patch.baseTree, 'link')).bytes.toString()).toBe('a.txt');
  });

  test.each([
    '../one/a.txt',
    'sub/../a.txt',
    '/etc/passwd',
    './a.txt',
    'sub',
    'sub/',
    'link/a.txt',
    'a.txt/',
    'x',
  ])('of %s are not there', async (path) => {
    const { status, bytes } = await contentOf(patch.baseTree, path);
    expect(status).toBe(404);
    expect(JSON.parse(bytes.toString())).toEqual({
      code: 'notFound',
      message: `There is no file ${path} in that tree.`,
    });
  });

  test('of a tree of another repository are not there', async () => {
    const tree = await git(join(flotilla.repositoriesFolder, 'secret'), ['rev-parse', 'HEAD^{tree}']);
    expect((await contentOf(tree, 'secret.txt', 'secret')).bytes.toString()).toBe('secret\n');
    expect((await contentOf(tree, 'secret.txt', 'one')).status).toBe(404);
    expect((await contentOf(patch.resultTree, 'a.txt', 'secret')).status).toBe(404);
  });

  test.each([
    ['a branch for a tree', 'main', 'a.txt'],
    ['part of an id', 'abc123', 'a.txt'],
    ['no path', 'a'.repeat(40), ''],
  ])('asked with %s are refused', async (_case, tree, path) => {
    expect((await contentOf(tree, path)).status).toBe(400);
  });

  test('of a repository that is not there are not there', async () => {
    expect((await contentOf(patch.baseTree, 'a.txt', 'none')).status).toBe(400);
    const query = `repository=999999&tree=${patch.baseTree}&path=a.txt`;
    const response = await fetch(`${flotilla.url}/contents?${query}`, {
      headers: { authorization: `Bearer ${flotilla.userToken}` },
    });
    expect([response.status, await response.json()]).toEqual([
      404,
      { code: 'notFound', message: 'There is no repository 999999.' },
    ]);
  });
});
