import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeRepository } from '../../support/repositories.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { makeSharedTree } from '../support/sharedTree.ts';
import { reasonOf } from '../support/reasonOf.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
let reader: AttackedService['reader']['api'];
beforeAll(async () => {
  attacked = await attackedService({
    repositories: async (folder) => {
      await makeRepository(join(folder, 'plain'), { files: { file: 'text\n' } });
      await makeSharedTree(join(folder, 'million'), { width: 10, depth: 6 });
      await makeSharedTree(join(folder, 'tenMillion'), { width: 10, depth: 7 });
      await makeSharedTree(join(folder, 'milliard'), { width: 1000, depth: 3 });
      await makeSharedTree(join(folder, 'deep'), { width: 1, depth: 3000 });
      await makeSharedTree(join(folder, 'longNames'), { width: 10, depth: 4, name: 'n'.repeat(900) });
    },
  });
  reader = attacked.reader.api;
  return () => attacked[Symbol.asyncDispose]();
});

const tooMany = 'has more than 2,000,000 files, and none of those matches';

test.each([
  ['a million paths are searched to the end', 'repo:^million file:z', 'has no file that matches file:z'],
  ['ten million are left out, with the reason', 'repo:tenMillion file:z', tooMany],
  ['and so are a thousand million', 'repo:milliard file:z', tooMany],
  ['a pattern that is slow for each of them', 'repo:milliard file:(x[0-9]{1,3}/){1,9}z', tooMany],
  ['3,000 folders in each other', 'repo:deep file:z', 'has no file that matches file:z'],
  ['names of 900 letters', 'repo:longNames file:z', 'has no file that matches file:z'],
])('of shared folders %s', async (_what, query, reason) => {
  const preview = await withinBounds(attacked, () => reader.scopes.preview.query({ query }));
  expect(preview.targets).toEqual([]);
  const name = /repo:\^?(\w+)/.exec(query)?.[1];
  expect(reasonOf(preview.leftOut, name)).toBe(reason);
});

test('what matches among a thousand million paths is found at once', async () => {
  const preview = await withinBounds(attacked, () => reader.scopes.preview.query({ query: 'file:x' }));
  expect(preview.targets.map(({ repository }) => repository)).toContain('milliard');
});
