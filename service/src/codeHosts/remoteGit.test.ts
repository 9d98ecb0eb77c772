import { expect, test } from 'vitest';
import { parsePush } from './remoteGit.ts';

const line = (flag: string, summary: string) =>
  `To http://host/r\n${flag}\tabc:refs/heads/x\t${summary}\nDone\n`;

test.each([
  [line('*', '[new branch]'), { kind: 'done' }],
  [line(' ', 'a..b'), { kind: 'done' }],
  [line('+', 'a...b (forced update)'), { kind: 'done' }],
  [line('-', '[deleted]'), { kind: 'done' }],
  [line('=', '[up to date]'), { kind: 'same' }],
  [line('!', '[rejected] (stale info)'), 'stale'],
  [line('!', '[rejected] (fetch first)'), 'stale'],
  [line('!', '[remote rejected] (failed to update ref)'), 'stale'],
  [
    line('!', '[remote rejected] (pre-receive hook declined)'),
    { kind: 'refused', rule: 'pre-receive hook declined' },
  ],
  [
    line('!', '[remote rejected] (protected branch (main))'),
    { kind: 'refused', rule: 'protected branch (main)' },
  ],
  ['', { kind: 'refused', rule: 'its host does not say why' }],
])('%j is %j', (output, outcome) => {
  expect(parsePush(output)).toEqual(outcome);
});

test('a long summary of a hostile host is read in linear time', () => {
  const started = performance.now();
  parsePush(line('!', `[remote rejected] ${'('.repeat(100_000)}`));
  expect(performance.now() - started).toBeLessThan(1000);
});
