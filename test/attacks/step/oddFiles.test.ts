import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { attackBySteps, twoAttacked, type AttackedBySteps } from '../support/attackBySteps.ts';
import { attackedService } from '../support/attackedService.ts';
import type { Lanes } from '../support/lanes.ts';

const secret = 'correct-horse-battery';
let lanes: Lanes<AttackedBySteps>;
beforeAll(async () => {
  await using resources = new AsyncDisposableStack();
  const deployment = resources.use(await attackedService());
  const masked = join(deployment.folder, 'masked');
  await writeFile(masked, `${secret}\n`);
  lanes = await twoAttacked(deployment, resources, (env) =>
    deployment.startRunner({ env: { ...env, FLOTILLA_MASK_FILE: masked } }),
  );
  const owned = resources.move();
  return () => owned.disposeAsync();
});

/** Leaves a change that every Patch has to have. */
const change = 'echo changed > file';
const repository =
  'git init --quiet nested; git -C nested -c user.name=a -c user.email=a commit --quiet --allow-empty -m x';
const deep = (depth: number, name: string) =>
  `perl -e 'for (1..${depth}) { mkdir "${name}"; chdir "${name}" or die } open F, ">f"; print F "x" x 1000'`;

test.concurrent.each([
  ['a pipe for .gitattributes', 'mkfifo .gitattributes'],
  [
    'what a process writes that goes on when its Step has ended',
    'mkdir a; echo a > .gitignore; (while :; do echo x > a/f; mv a b; ln -s /etc a; rm a; mv b a; done) & sleep 0.3',
  ],
  [
    'pipes for .gitattributes in ten folders',
    'for i in $(seq 10); do mkdir a$i; mkfifo a$i/.gitattributes; echo x > a$i/f; done',
  ],
  ['a pipe for .gitignore', 'mkfifo .gitignore'],
  ['a pipe for .gitmodules', 'mkfifo .gitmodules'],
  ['a pipe for the .git of containers', 'rm -rf .git; mkfifo .git'],
  ['a pipe for a .git below', 'mkdir a; mkfifo a/.git; echo x > a/f'],
  [
    'a pipe in a repository that is ignored',
    `${repository}; echo nested > .gitignore; rm nested/.git/HEAD; mkfifo nested/.git/HEAD`,
  ],
  ['a link to a pipe for .gitattributes', 'mkfifo p; ln -s p .gitattributes'],
  ['a link to an endless file for .gitignore', 'ln -s /dev/zero .gitignore'],
  [
    'a socket',
    `perl -e 'use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("socket")) or die'`,
  ],
  ['the device of overlays for .gitattributes', 'mknod .gitattributes c 0 0'],
  ['a thousand pipes', 'seq 1000 | xargs mkfifo'],
  ['a work tree that nobody may enter', 'chmod 0 .'],
  ['a work tree of another user', 'chown -R 1234:1234 .'],
  [
    'attributes of files',
    `perl -e '($f, $n, $v) = ("file", "user.x", "y" x 1000); syscall(188, $f, $n, $v, 1000, 0)'`,
  ],
  [
    'ten thousand files in one folder',
    'mkdir many; cd many; seq 10000 | xargs touch; cd ..; echo many > .gitignore',
  ],
])('%s is left out of the Patch, and holds nothing up', (_what, script) =>
  lanes.use(async (attacked) => {
    const { job, patch } = await attackBySteps(attacked, [`${change}; ${script}`]);
    expect(job.outcome).toEqual({ kind: 'succeeded' });
    expect(patch).toContain('\n+changed\n');
  }),
);

test.concurrent.each([
  ['HEAD', `${repository}; rm nested/.git/HEAD; mkfifo nested/.git/HEAD`],
  ['configuration', `${repository}; rm nested/.git/config; mkfifo nested/.git/config`],
  ['endless configuration', `${repository}; ln -sf /dev/zero nested/.git/config`],
  ['list of packed refs', `${repository}; mkfifo nested/.git/packed-refs`],
  ['folder', 'mkdir nested; ln -s /var/lib nested/.git'],
  ['place elsewhere', 'mkdir nested; echo "gitdir: ../../git" > nested/.git'],
  ['place in itself', 'mkdir nested; echo "gitdir: .git" > nested/.git'],
])('a repository with an odd %s is refused without being opened', (_what, script) =>
  lanes.use(async (attacked) => {
    const { job } = await attackBySteps(attacked, [script]);
    expect(job.outcome).toMatchObject({
      kind: 'errored',
      reason: 'patch',
      message: expect.stringContaining('The steps left a git repository at "nested".'),
    });
  }),
);

test.concurrent.each([
  ['3,000 folders deep', deep(3000, 'd')],
  ['of names of 255 bytes', deep(20, 'n'.repeat(255))],
  ['that is hidden in a folder that nobody may enter', `${deep(2100, 'd')}; chmod 0 d/d/d`],
])('a path %s is refused in a sentence, and goes', (_what, script) =>
  lanes.use(async (attacked) => {
    const { job } = await attackBySteps(attacked, [script]);
    expect(job.outcome).toMatchObject({
      kind: 'errored',
      reason: 'patch',
      message: expect.stringMatching(
        /^The steps left a path that is too long for git, .* Remove it in a step\.$/,
      ),
    });
  }),
);

test.concurrent('a path that is too long goes after a Step that failed, too', () =>
  lanes.use(async (attacked) => {
    const { job } = await attackBySteps(attacked, [`${deep(3000, 'd')}; exit 1`]);
    expect(job.outcome?.kind).toBe('failed');
  }));

test.concurrent.each([
  ['an empty file', `touch ${secret}`, 'has a file with a secret in its name, ***;'],
  ['a folder', `mkdir -p a/${secret}; touch a/${secret}/b`, 'has a file with a secret in its name, a/***/b;'],
  [
    'a name with a line end',
    `touch "$(printf 'a\\n${secret}')"`,
    'has a file with a secret in its name, a ***;',
  ],
  ['the target of a link', `ln -s ${secret} link`, 'would write a secret into link;'],
  ['a file that is a copy', `cp file x-${secret}`, 'has a file with a secret in its name, x-***;'],
])('a secret as %s is not stored', (_what, script, sentence) =>
  lanes.use(async (attacked) => {
    const { job } = await attackBySteps(attacked, [script]);
    expect(job.outcome).toMatchObject({
      kind: 'errored',
      reason: 'patch',
      message: expect.stringContaining(`The patch ${sentence} it was not stored.`),
    });
  }),
);
