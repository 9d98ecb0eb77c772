import { expect, test } from 'vitest';
import { fromActionUri, toActionUri } from './actionUri.ts';

test('what goes into a URI comes out of it', () => {
  const kept = { actionId: 4, name: 'bump-node', version: 3 };
  expect(fromActionUri(toActionUri(kept))).toEqual(kept);
  expect(toActionUri(kept).path).toBe('/bump-node v3.action.json');
});

test('the URI of another scheme, or one that is not whole, is none of ours', () => {
  expect(fromActionUri({ scheme: 'file', query: 'action=1&name=x&version=1' })).toBeUndefined();
  expect(fromActionUri({ scheme: 'flotilla-action', query: 'action=1&name=x' })).toBeUndefined();
});
