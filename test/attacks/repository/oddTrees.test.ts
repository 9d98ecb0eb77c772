import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { git, makeRepository } from '../../support/repositories.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { lyingRunner } from '../support/lyingRunner.ts';
import { withinBounds } from '../support/withinBounds.ts';

/** Trees that no git makes, by a name: entries as `mode name`, each with the blob of `file`. */
const trees: Readonly<Record<string, readonly string[]>> = {
  slash: ['100644 a/b', '100644 file'],
  'slash-at-end': ['100644 a/', '100644 file'],
  'slash-and-folder': ['40000 a', '100644 a/b', '100644 file'],
  twice: ['100644 file', '100644 file'],
  'file-and-folder': ['100644 a', '40000 a', '100644 file'],
  unsorted: ['100644 z', '100644 file', '100644 a'],
  above: ['100644 ..', '100644 file'],
  itself: ['100644 .', '100644 file'],
  'git-folder': ['40000 .git', '100644 file'],
  'odd-mode': ['100664 a', '100644 file'],
  'no-mode': ['000000 a', '100644 file'],
};

const resources = new AsyncDisposableStack();
let attacked: AttackedService;
beforeAll(async () => {
  attacked = resources.use(
    await attackedService({
      repositories: async (folder) => {
        for (const [name, entries] of Object.entries(trees)) await makeOdd(join(folder, name), entries);
      },
    }),
  );
  return () => resources.disposeAsync();
});

const patch = Buffer.from(
  [
    'diff --git a/file b/file',
    `index ${'1'.repeat(40)}..${'2'.repeat(40)} 100644`,
    '--- a/file',
    '+++ b/file',
    '@@ -1 +1 @@',
    '-text',
    '+TEXT',
    '',
  ].join('\n'),
);

test.each(Object.keys(trees))(
  'a base with the tree "%s" ends its Job at once, and blames no disk',
  async (name) => {
    const repositories = await attacked.client.api.repositories.list.query();
    const reason = repositories.find((repository) => repository.name === name)?.reason;
    // Without a reason against it the repository has Jobs.
    expect(reason).toBeNull();
    await using liar = await lyingRunner(attacked, name);
    const job = await withinBounds(attacked, () => liar.handIn(patch));
    expect(['succeeded', 'errored']).toContain(job.state);
    expect(JSON.stringify(job.outcome)).not.toMatch(/Make room|tried again/);
    const listed = job.patch === null ? [] : await withinBounds(attacked, () => liar.filesOf(job));
    expect(listed.map(({ path }) => path)).toEqual(job.patch === null ? [] : ['file']);
  },
);

async function makeOdd(place: string, entries: readonly string[]): Promise<void> {
  await makeRepository(place, { files: { file: 'text\n', 'folder/file': 'text\n' } });
  const blob = Buffer.from(await git(place, ['rev-parse', 'HEAD:file']), 'hex');
  const folder = Buffer.from(await git(place, ['rev-parse', 'HEAD:folder']), 'hex');
  const bytes = entries.map((entry) =>
    Buffer.concat([Buffer.from(`${entry}\0`), entry.startsWith('40000 ') ? folder : blob]),
  );
  const args = ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'];
  const tree = await git(place, args, 'utf8', Buffer.concat(bytes));
  const commit = await git(place, ['commit-tree', '-m', 'odd', tree]);
  await git(place, ['update-ref', 'refs/heads/main', commit]);
}
