import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { refusalOfCall } from '../../support/refusal.ts';
import { git, makeRepository } from '../../support/repositories.ts';
import { waitFor } from '../../support/waitFor.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { lyingRunner } from '../support/lyingRunner.ts';
import { withinBounds } from '../support/withinBounds.ts';

const mebibyte = 1024 * 1024;

const resources = new AsyncDisposableStack();
let attacked: AttackedService;
let tree: string;
let repository: number;
let attemptId: number;
beforeAll(async () => {
  attacked = resources.use(
    await attackedService({
      repositories: (folder) =>
        makeRepository(join(folder, 'one'), {
          files: {
            file: 'text\n',
            large: Buffer.alloc(40 * mebibyte, 'large '),
            'too-large': Buffer.alloc(65 * mebibyte),
            'folder/file': 'text\n',
          },
        }),
    }),
  );
  tree = await git(join(attacked.repositoriesFolder, 'one'), ['rev-parse', 'HEAD^{tree}']);
  repository = (await attacked.client.api.repositories.list.query())[0]?.id ?? 0;
  await using runner = await lyingRunner(attacked, 'one');
  const lines = Array.from(
    { length: 400_000 },
    (_, index) => `+line ${index} of a file that is added\n`,
  ).join('');
  const header = `diff --git a/new b/new\nnew file mode 100644\nindex ${'0'.repeat(40)}..${'1'.repeat(40)}\n--- /dev/null\n+++ b/new\n@@ -0,0 +1,400000 @@\n`;
  const job = await runner.handIn(Buffer.from(header + lines));
  attemptId = job.patch?.attemptId ?? 0;
  return () => resources.disposeAsync();
});

async function get(path: string): Promise<{ readonly status: number; readonly body: Buffer }> {
  const answer = await fetch(new URL(path, attacked.url), {
    headers: { authorization: `Bearer ${attacked.readerToken}` },
  });
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
}

const contents = (values: Readonly<Record<string, string>>) =>
  `/contents?${new URLSearchParams({ repository: String(repository), tree, path: 'file', ...values }).toString()}`;

describe('a request that means nothing is refused in one sentence:', () => {
  test.each<[string, () => string, number]>([
    ['a NUL as the path', () => contents({ path: '\0' }), 400],
    ['a NUL in the path', () => contents({ path: 'file\0x' }), 400],
    ['no path', () => contents({ path: '' }), 400],
    ['a path of 5,000 letters', () => contents({ path: 'x'.repeat(5000) }), 400],
    ['a folder above', () => contents({ path: '../../../etc/passwd' }), 404],
    ['an absolute path', () => contents({ path: '/etc/passwd' }), 404],
    ['an option as the path', () => contents({ path: '--output=/tmp/x' }), 404],
    ['a pattern', () => contents({ path: ':(glob)**' }), 404],
    ['a folder', () => contents({ path: 'folder' }), 404],
    ['bytes that are no text', () => `/contents?repository=${repository}&tree=${tree}&path=%ff%fe`, 404],
    ['an option as the tree', () => contents({ tree: '--help' }), 400],
    ['a branch as the tree', () => contents({ tree: 'main' }), 400],
    ['a tree of 50 digits', () => contents({ tree: 'a'.repeat(50) }), 400],
    ['a tree that there is not', () => contents({ tree: 'a'.repeat(40) }), 404],
    ['a file as the tree', () => contents({ tree: '8baef1b4abc478178b004d62031cf7fe6db6f903' }), 404],
    ['two repositories', () => `${contents({})}&repository=2`, 400],
    ['two paths', () => `${contents({})}&path=x`, 400],
    ['NaN as the repository', () => contents({ repository: 'NaN' }), 400],
    ['1e3 as the repository', () => contents({ repository: '1e3' }), 400],
    ['0x1 as the repository', () => contents({ repository: '0x1' }), 400],
    ['a negative repository', () => contents({ repository: '-1' }), 400],
    ['half a repository', () => contents({ repository: '1.5' }), 400],
    ['2^53 as the repository', () => contents({ repository: '9007199254740992' }), 400],
    ['a repository that there is not', () => contents({ repository: '9007199254740991' }), 404],
    ['NaN as the Attempt', () => '/attempts/NaN/patch', 400],
    ['1e30 as the Attempt', () => '/attempts/1e30/patch', 400],
    ['a negative Attempt', () => '/attempts/-1/patch', 400],
    ['2^63 as the Attempt', () => '/attempts/9223372036854775808/patch/included', 400],
    ['a blank as the Attempt', () => '/attempts/%20/patch', 400],
    ['a NUL as the Attempt', () => '/attempts/1%00/patch', 400],
    ['an Attempt that there is not', () => '/attempts/9007199254740991/patch', 404],
    ['NaN as the Attempt of a base', () => '/attempts/NaN/base', 400],
    [
      '33 ids of a base',
      () => `/attempts/1/base?have=${Array<string>(33).fill('a'.repeat(40)).join(',')}`,
      400,
    ],
    [
      'two lists of ids of a base',
      () => `/attempts/1/base?have=${'a'.repeat(40)}&have=${'b'.repeat(40)}`,
      400,
    ],
  ])('%s', async (_what, path, status) => {
    const answer = await withinBounds(attacked, () => get(path()));
    expect([answer.status, answer.body.toString()]).toEqual([
      status,
      expect.stringMatching(/^\{.*\.("|\\")/s),
    ]);
    expect(answer.body.length).toBeLessThan(6000);
  });
});

test('a file of 65 MiB is refused with its size, before git unpacks it', async () => {
  const { status, body } = await withinBounds(attacked, () => get(contents({ path: 'too-large' })));
  expect([status, body.toString()]).toEqual([
    413,
    expect.stringContaining('File too-large has 65 MiB; files of more than 64 MiB are not shown.'),
  ]);
});

/** Asks and reads nothing. */
async function askAndStall(path: string): Promise<Socket> {
  const { hostname, port } = new URL(attacked.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${attacked.readerToken}\r\n\r\n`);
  return socket;
}

describe('a reader who asks for much and reads nothing', () => {
  test('holds up nobody but himself, and is cut off', async () => {
    const paths = [contents({ path: 'large' }), `/attempts/${attemptId}/patch`];
    for (const path of paths) expect(await get(path)).toMatchObject({ status: 200 });
    const sockets: Socket[] = [];
    await withinBounds(attacked, async () => {
      for (let count = 0; count < 6; count += 1) sockets.push(await askAndStall(paths[count % 2] ?? ''));
      // He has four turns, and waits behind himself until those are cut off.
      await waitFor(
        'four answers to have begun',
        () => sockets.filter(({ bytesRead }) => bytesRead > 0).length >= 4,
        { timeoutMs: 30_000 },
      );
      const begun = performance.now();
      const answer = await get(contents({}));
      expect(answer.body.toString()).toBe('text\n');
      expect(performance.now() - begun).toBeGreaterThan(5000);
    });
    sockets.forEach((socket) => socket.destroy());
  });

  test('and leaves ends what was made for him', async () => {
    const asked = await Promise.all(
      Array.from({ length: 50 }, () => askAndStall(contents({ path: 'large' }))),
    );
    asked.forEach((socket) => socket.destroy());
    const answer = await withinBounds(attacked, () => get(contents({})));
    expect(answer.status).toBe(200);
  });
});

test.each(['a\0b', '', 'x'.repeat(4097)])('a member leaves out no file that cannot be (%#)', async (path) => {
  const refusal = await withinBounds(attacked, () =>
    refusalOfCall(attacked.client.api.jobs.setIncluded.mutate({ jobId: 1, path, included: false })),
  );
  expect(refusal).toMatchObject({ code: 'BAD_REQUEST' });
});
