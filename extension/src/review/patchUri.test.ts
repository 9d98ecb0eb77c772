import { assert, property, record, string, constantFrom, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { fromPatchUri, toPatchUri, type PatchSide } from './patchUri.ts';

const side: PatchSide = {
  origin: 'http://127.0.0.1:7420',
  jobId: 17,
  repositoryId: 3,
  name: 'team/web',
  side: 'base',
  tree: 'a'.repeat(40),
  path: 'src/odd name?#&%20.txt',
};

test('what goes into a URI comes out of it', () => {
  assert(
    property(
      record({
        origin: string(),
        jobId: nat(),
        repositoryId: nat(),
        name: string({ minLength: 1 }),
        side: constantFrom('base' as const, 'result' as const),
        tree: string({ minLength: 1 }),
        path: string({ minLength: 1 }),
      }),
      (any) => {
        expect(fromPatchUri(toPatchUri(any))).toEqual(any);
      },
    ),
  );
});

test('both sides of a file have the same path', () => {
  const base = toPatchUri(side);
  const result = toPatchUri({ ...side, side: 'result', tree: 'b'.repeat(40) });
  expect(base.path).toBe(result.path);
  expect(base.query).not.toBe(result.query);
});

test('the URI of another scheme, or one that was tampered with, is none of ours', () => {
  const uri = toPatchUri(side);
  expect(fromPatchUri({ ...uri, scheme: 'file' })).toBeUndefined();
  expect(fromPatchUri({ ...uri, path: '/other/x' })).toBeUndefined();
  expect(fromPatchUri({ ...uri, query: '' })).toBeUndefined();
});
