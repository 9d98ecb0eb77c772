import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { startUnprivilegedRunner } from '../../support/unprivilegedRunner.ts';
import { attackBySteps, twoAttacked, untilDisarmed, type AttackedBySteps } from '../support/attackBySteps.ts';
import { attackedService } from '../support/attackedService.ts';
import type { Lanes } from '../support/lanes.ts';

const exec = promisify(execFile);

let lanes: Lanes<AttackedBySteps>;
beforeAll(async () => {
  await using resources = new AsyncDisposableStack();
  const deployment = resources.use(await attackedService());
  lanes = await twoAttacked(deployment, resources, async (env, lane) => {
    const name = `attacked-${process.pid}-${lane}`;
    return resources.use(await startUnprivilegedRunner(deployment, name, env));
  });
  const owned = resources.move();
  return () => owned.disposeAsync();
});

const change = 'echo changed > file';
const repository =
  'git init --quiet nested; git -C nested -c user.name=a -c user.email=a commit --quiet --allow-empty -m x';
const deep = (depth: number) =>
  `perl -e 'for (1..${depth}) { mkdir "d"; chdir "d" or die } open F, ">f"; print F "x" x 1000'`;

test.concurrent.each([
  ['a pipe for .gitattributes', 'mkfifo .gitattributes'],
  ['a pipe for .gitignore of another user', 'mkfifo .gitignore; chown 1234 .gitignore; chmod 0 .gitignore'],
  ['a pipe in a folder of root that nobody may enter', 'mkdir a; mkfifo a/.gitattributes; chmod 0 a'],
  [
    'a socket',
    `perl -e 'use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("socket")) or die'`,
  ],
  ['the device of overlays', 'mknod device c 0 0'],
  ['a program of root', 'cp /bin/sh .git/sh; chmod 6755 .git/sh'],
  ['a folder that hands its group on', 'mkdir a; chmod 7777 a'],
  ['a work tree of another user that nobody may enter', 'chown -R 1234:1234 .; chmod 0 .'],
  ['links to all of the machine', 'ln -s / all; ln -s /etc/passwd passwd; ln -s /proc/1/root root'],
])('%s, from a Step that is root, holds up no runner that is not', (_what, script) =>
  lanes.use(async (attacked) => {
    const { job, patch } = await attackBySteps(attacked, [`${change}; ${script}`]);
    expect(job.outcome).toEqual({ kind: 'succeeded' });
    expect(patch).toContain('\n+changed\n');
    expect(patch).not.toContain('root:');
  }),
);

test.concurrent.each([
  [
    'a pipe for HEAD',
    `${repository}; rm nested/.git/HEAD; mkfifo nested/.git/HEAD`,
    'a git repository at "nested"',
  ],
  ['a path 3,000 folders deep', deep(3000), 'a path that is too long for git'],
])('%s is refused in a sentence', (_what, script, sentence) =>
  lanes.use(async (attacked) => {
    const { job } = await attackBySteps(attacked, [script]);
    expect(job.outcome).toMatchObject({
      kind: 'errored',
      reason: 'patch',
      message: expect.stringContaining(sentence),
    });
  }),
);

test.concurrent.each([
  [
    '3,000 folders of root that nobody may enter',
    `${deep(3000)}; find . -depth -name d -exec chmod 0 {} + 2> /dev/null; exit 1`,
  ],
  ['a deep tree beside what cannot be read', `mkdir -m 0 locked; chown 1234 file; ${deep(2500)}; exit 1`],
])('%s go after a Step that failed', (_what, script) =>
  lanes.use(async (attacked) => {
    const { job } = await attackBySteps(attacked, [script]);
    expect(job.outcome?.kind).toBe('failed');
  }),
);

test.concurrent('what a Step that is root leaves in cacheDirs is disarmed, and stays its own', () =>
  lanes.use(async (attacked) => {
    const arm =
      'for f in a private/b; do mkdir -p /cache/private; cp /bin/sh /cache/$f; chmod 6755 /cache/$f; done; chmod 700 /cache/private';
    const look = 'find /cache -type f -exec stat -c "%n %u %a" {} +';
    await attackBySteps(attacked, [arm], { cacheDirs: ['/cache'] });
    await untilDisarmed(attacked);
    const { outputs } = await attackBySteps(attacked, [look], { cacheDirs: ['/cache'] });
    expect(outputs[0]?.trim().split('\n').toSorted()).toEqual(['/cache/a 0 755', '/cache/private/b 0 755']);
    const { stdout } = await exec('find', [attacked.runner.stateFolder, '-perm', '/6000']);
    expect(stdout).toBe('');
  }));
