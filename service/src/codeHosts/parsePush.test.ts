import { expect, test } from 'vitest';
import { parsePush } from './parsePush.ts';

const line = (flag: string, summary: string) =>
  `To http://host/r\n${flag}\tabc:refs/heads/x\t${summary}\nDone\n`;

const said = `remote: \nremote: Gitea: branch main is protected\u0007 from changing\u001b[31m        \nremote: \nerror: failed to push some refs to 'http://host/r'\n`;

test.each([
  [line('*', '[new branch]'), '', { kind: 'done' }],
  [line(' ', 'a..b'), '', { kind: 'done' }],
  [line('+', 'a...b (forced update)'), '', { kind: 'done' }],
  [line('-', '[deleted]'), '', { kind: 'done' }],
  [line('=', '[up to date]'), '', { kind: 'same' }],
  [line('!', '[rejected] (stale info)'), '', { kind: 'rejected', rule: 'stale info' }],
  [
    line('!', '[remote rejected] (pre-receive hook declined)'),
    said,
    {
      kind: 'rejected',
      rule: 'pre-receive hook declined: Gitea: branch main is protected from changing[31m',
    },
  ],
  [
    line('!', '[remote rejected] (protected branch (main))'),
    '',
    { kind: 'rejected', rule: 'protected branch (main)' },
  ],
  ['', '', { kind: 'rejected', rule: 'its host does not say why' }],
])('%j with %j is %j', (output, stderr, outcome) => {
  expect(parsePush(output, stderr)).toEqual(outcome);
});

test('long words of a hostile host are read in linear time, and cut', () => {
  const started = performance.now();
  const long = '('.repeat(1_000_000);
  const { rule } = parsePush(line('!', `[remote rejected] ${long}`), `remote: ${long}\n`.repeat(10)) as {
    readonly rule: string;
  };
  expect(rule.length).toBeLessThan(600);
  expect(performance.now() - started).toBeLessThan(1000);
});
