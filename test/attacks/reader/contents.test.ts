import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
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
