import type { CodeHostView } from '@flotilla/shared/views';
import { expect, test } from 'vitest';
import { scanText } from './scanText.ts';

const host = (scan: CodeHostView['scan']): CodeHostView => ({
  id: 1,
  name: 'work',
  kind: 'directory',
  problem: null,
  listedAt: null,
  repositories: 0,
  scan,
});

test.each<[readonly CodeHostView['scan'][], string | undefined]>([
  [[], undefined],
  [[null], undefined],
  [[{ listed: null, fetched: 0, toGo: 0 }, null], 'asking the code hosts what they have…'],
  [
    [
      { listed: 2000, fetched: 100, toGo: 500 },
      { listed: null, fetched: 0, toGo: 0 },
    ],
    '1,500 of 2,000 repositories looked at…',
  ],
  [
    [
      { listed: 10, fetched: 0, toGo: 10 },
      { listed: 5, fetched: 5, toGo: 0 },
    ],
    '5 of 15 repositories looked at…',
  ],
])('%j is said as %j', (scans, said) => {
  expect(scanText(scans.map(host))).toBe(said);
});
