import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beforeAll, expect, test } from 'vitest';
import { limitsOfLanes } from '../../../service/src/git/lanes.ts';
import { git, makeRepository } from '../../support/repositories.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { reasonOf } from '../support/reasonOf.ts';
import { withinBounds } from '../support/withinBounds.ts';

const mebibyte = 1024 * 1024;

let attacked: AttackedService;
let reader: AttackedService['reader']['api'];
beforeAll(async () => {
  attacked = await attackedService();
  reader = attacked.reader.api;
  return () => attacked[Symbol.asyncDispose]();
});

/** Repositories of which each is small until somebody looks inside. */
const bombs: Record<string, (folder: string) => Promise<unknown>> = {
  largeText: async (folder) => {
    await pipeline(
      Array.from({ length: 180 }, () => Buffer.alloc(mebibyte, 'nothing to be found here\n')),
      createWriteStream(join(folder, 'text')),
    );
    await git(folder, ['add', 'text']);
    return git(folder, ['commit', '--quiet', '-m', 'large']);
  },
  largeTree: async (folder) => {
    const blob = await git(folder, ['rev-parse', 'HEAD:file']);
    const lines = Array.from({ length: 100_000 }, (_, index) => `100644 blob ${blob}\tx${index}\n`);
    const tree = await git(folder, ['mktree'], 'utf8', lines.join(''));
    return git(folder, [
      'update-ref',
      'refs/heads/main',
      await git(folder, ['commit-tree', '-m', 'x', tree]),
    ]);
  },
  largeMessage: async (folder) => {
    const tree = await git(folder, ['rev-parse', 'HEAD^{tree}']);
    const commit = await git(folder, ['commit-tree', tree], 'utf8', 'a'.repeat(20 * mebibyte));
    return git(folder, ['update-ref', 'refs/heads/main', commit]);
  },
  manyCommits: async (folder) => {
    const commits = Array.from({ length: 5000 }, (_, index) => {
      const head = `commit refs/heads/main\ncommitter a <a@b> ${index} +0000\ndata 1\nx\n`;
      return `${head}M 644 inline f\ndata ${String(index).length}\n${index}\n`;
    });
    await git(folder, ['fast-import', '--quiet', '--force'], 'utf8', commits.join('\n'));
  },
};

test.each(Object.keys(bombs))('%s is fetched within what a fetch may take', async (name) => {
  const folder = join(attacked.folder, name);
  await makeRepository(folder, { files: { file: 'text\n' } });
  await bombs[name]?.(folder);
  await git(attacked.folder, ['clone', '--quiet', '--bare', name, join(attacked.repositoriesFolder, name)]);
  // A fetch is four programs, of which each may have as much.
  const bounds = { programs: limitsOfLanes.fetch.slots, programBytes: 400 * mebibyte };
  await withinBounds(attacked, () => attacked.client.api.repositories.sync.mutate(), bounds);
  const repositories = await attacked.client.api.repositories.list.query();
  expect(repositories.find((one) => one.name === name)?.reason).toBeNull();
});

test.each([
  ['largeText', 'elsewhere', /needs more than 160 MiB of memory/],
  ['largeTree', 'file:elsewhere', /^has no file that matches/],
  ['largeMessage', 'elsewhere', /^does not contain/],
  ['manyCommits', 'elsewhere', /^does not contain/],
])('%s is searched for %s within bounds', async (name, query, reason) => {
  const { leftOut } = await withinBounds(attacked, () =>
    reader.scopes.preview.query({ query: `repo:^${name}$ ${query}` }),
  );
  expect(reasonOf(leftOut, name)).toMatch(reason);
});
