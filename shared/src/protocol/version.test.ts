import { expect, test } from 'vitest';
import { commonVersion } from './version.ts';

test.each([
  [{ min: 1, max: 1 }, { min: 1, max: 1 }, 1],
  [{ min: 1, max: 4 }, { min: 2, max: 3 }, 3],
  [{ min: 2, max: 3 }, { min: 3, max: 9 }, 3],
  [{ min: 1, max: 2 }, { min: 3, max: 4 }, undefined],
  [{ min: 3, max: 4 }, { min: 1, max: 2 }, undefined],
])('peers that speak %j and %j use %s', (ours, theirs, version) => {
  expect(commonVersion(ours, theirs)).toBe(version);
});
