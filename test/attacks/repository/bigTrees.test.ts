import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeRepository } from '../../support/repositories.ts';
import { attackedRunner, type AttackedRunner } from '../support/attackedRunner.ts';
import { OddTrees, type TreeEntry } from '../support/oddTrees.ts';
import { withinBounds } from '../support/withinBounds.ts';

const mebibyte = 1024 * 1024;

/** What the trees of a repository are made of. */
type Made = (trees: OddTrees) => Promise<TreeEntry>;

const zeros = (size: number) => Buffer.alloc(size);
const repositories: Record<string, Made> = {
  'paths-9': async (trees) => trees.shared(await trees.blob('x'), 10, 9),
  'paths-64': async (trees) => trees.shared(await trees.blob('x'), 2, 64),
  'long-names': async (trees) => trees.shared(await trees.blob('x'), 12, 6, 'n'.repeat(200)),
  'folders-9': async (trees) => trees.shared(await trees.tree({}), 10, 9),
  'links-7': async (trees) => {
    const { id } = await trees.blob('0');
    return trees.shared({ mode: '120000', id }, 10, 7);
  },
  'submodules-7': (trees) => trees.shared({ mode: '160000', id: '1'.repeat(40) }, 10, 7),
  'deep-3000': async (trees) => trees.shared(await trees.blob('x'), 1, 3000, 'd'),
  'large-file': async (trees) => trees.tree({ file: await trees.blob(zeros(60 * mebibyte)) }),
  'many-large': async (trees) => trees.shared(await trees.blob(zeros(mebibyte)), 16, 3),
  'many-small': async (trees) => trees.shared(await trees.blob('x'), 50, 3),
};

let target: AttackedRunner;
beforeAll(async () => {
  target = await attackedRunner({
    repositories: async (folder) => {
      await makeRepository(join(folder, 'plain'), { files: { file: 'text\n' } });
      for (const [name, make] of Object.entries(repositories)) {
        const trees = await OddTrees.in(folder, name);
        await trees.commit(await make(trees));
      }
    },
  });
  return () => target[Symbol.asyncDispose]();
});

const tooMany =
  /^Commit \w+ has more than 2,000,000 files and folders, which is the limit\. Leave the repository out of the scope\.$/;
const tooLong =
  /^Commit \w+ has a path of more than 4096 bytes, which no disk takes\. Leave the repository out of the scope\.$/;
const tooLarge =
  /^Commit \w+ has files of more than 50 MiB, which is all that the Job may write to disk\. Raise `resources\.disk` in the Action, or FLOTILLA_DISK_LIMIT of the runner\.$/;

test.each([
  ['10^9 files by sharing', 'paths-9', '20g', tooMany],
  ['2^64 files by sharing', 'paths-64', '20g', tooMany],
  ['3 million files with long names', 'long-names', '20g', tooMany],
  ['10^9 folders without a file', 'folders-9', '20g', tooMany],
  ['10^7 symbolic links', 'links-7', '20g', tooMany],
  ['10^7 submodules', 'submodules-7', '20g', tooMany],
  ['3,000 nested folders', 'deep-3000', '20g', tooLong],
  ['one file of 60 MiB', 'large-file', '50m', tooLarge],
  ['4,096 times a file of 1 MiB', 'many-large', '50m', tooLarge],
  ['125,000 files of a byte, each a block', 'many-small', '50m', tooLarge],
])(
  'a commit with %s is an error of one Attempt, and is not checked out',
  async (_what, name, disk, message) => {
    const run = () => target.runStep('true', { scopeQuery: `repo:^${name}$`, resources: { disk } });
    const { job, attempts } = await withinBounds(target, run, { programs: 2 });
    expect(job.outcome).toMatchObject({ kind: 'errored', reason: 'git', lasting: true });
    expect(job.outcome).toHaveProperty('message', expect.stringMatching(message));
    expect(attempts).toHaveLength(1);
  },
);
