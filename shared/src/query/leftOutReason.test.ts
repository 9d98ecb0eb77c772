import { expect, test } from 'vitest';
import { describeLeftOut, type LeftOutReason } from './leftOutReason.ts';

test.each<[LeftOutReason, string]>([
  [{ kind: 'notChosen' }, 'was not chosen'],
  [{ kind: 'notListed' }, 'is not there any more'],
  [{ kind: 'nameDiffers', pattern: 'web' }, 'does not match repo:web'],
  [{ kind: 'hostAway', problem: 'it is off' }, 'is on a code host that cannot be reached: it is off'],
  [{ kind: 'nameExcluded', pattern: 'old' }, 'matches -repo:old'],
  [{ kind: 'unusable', problem: 'it is empty: it has no branch yet' }, 'it is empty: it has no branch yet'],
  [{ kind: 'noDefaultBranch' }, 'has no default branch'],
  [{ kind: 'noFile', files: 'file:go.mod', text: null }, 'has no file that matches file:go.mod'],
  [{ kind: 'noText', text: 'left-pad' }, 'does not contain "left-pad"'],
  [
    { kind: 'noFile', files: 'file:json', text: 'left-pad' },
    'has no file that matches file:json and contains "left-pad"',
  ],
  [{ kind: 'tooManyFiles', most: 2_000_000 }, 'has more than 2,000,000 files, and none of those matches'],
  [
    { kind: 'notSearched', problem: 'git grep took longer than 30 s' },
    'could not be searched: git grep took longer than 30 s',
  ],
  [{ kind: 'beyondCount', count: 3 }, 'is beyond count:3'],
])('%j is said as "%s"', (reason, sentence) => {
  expect(describeLeftOut(reason)).toBe(sentence);
});

test('a reason that only a newer service knows is said by its kind', () => {
  expect(describeLeftOut({ kind: 'archived' } as unknown as LeftOutReason)).toBe('is left out (archived)');
});
