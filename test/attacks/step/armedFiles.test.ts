import { execFile } from 'node:child_process';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { attackBySteps, twoAttacked, untilDisarmed, type AttackedBySteps } from '../support/attackBySteps.ts';
import { attackedService } from '../support/attackedService.ts';
import type { Lanes } from '../support/lanes.ts';
import { untilBegun } from '../../support/steps.ts';

const exec = promisify(execFile);

let lanes: Lanes<AttackedBySteps>;
beforeAll(async () => {
  await using resources = new AsyncDisposableStack();
  const service = resources.use(await attackedService());
  lanes = await twoAttacked(service, resources, (env) => service.startRunner({ env }));
  const owned = resources.move();
  return () => owned.disposeAsync();
});

const findArmed = 'find /work -perm /6000 -o -type b -o -type c';

test.concurrent.each([
  ['a program of root', `cp /bin/sh sh; chmod 4755 sh`],
  ['a program of a group', `cp /bin/sh sh; chmod 2755 sh`],
  ['all bits', `cp /bin/sh sh; chmod 7777 sh`],
  ['a program of another user', `cp /bin/sh sh; chown 1234:1234 sh; chmod 6755 sh`],
  ['a folder that hands its group on', `mkdir -p a/b; chmod 2777 a a/b; : > a/b/file`],
  ['programs in a folder that nobody may enter', `mkdir a; cp /bin/sh a/sh; chmod 6755 a/sh; chmod 0 a`],
  ['a program in the .git of containers', `cp /bin/sh .git/sh; chmod 6755 .git/sh`],
  ['a program that is ignored', `echo sh > .gitignore; cp /bin/sh sh; chmod 6755 sh`],
  [
    'names that are options, and have blanks and line ends',
    `for n in -R --reference=/etc/passwd 'a b' "$(printf 'a\\nb')"; do cp /bin/sh "./$n"; chmod 6755 "./$n"; done`,
  ],
  ['a name of bytes that are no text', `n=$(printf '\\377\\376'); cp /bin/sh "$n"; chmod 6755 "$n"`],
  ['a name of 255 bytes', `n=$(printf '%0255d' 0); cp /bin/sh $n; chmod 6755 $n`],
  ['two names of one program', `cp /bin/sh sh; ln sh other; chmod 6755 sh`],
  ['a thousand programs', 'seq 1000 | xargs touch; chmod 6755 [0-9]*'],
  ['the device of overlays', `mknod device c 0 0`],
])('of %s nothing is left for the next Step', (_what, script) =>
  lanes.use(async (attacked) => {
    const { job, outputs } = await attackBySteps(attacked, [script, findArmed]);
    expect(job.outcome).toEqual({ kind: 'succeeded' });
    expect(outputs[1]).toBe('');
  }),
);

test.concurrent.each([
  ['memory', 'mknod device c 1 1', 'Operation not permitted'],
  ['a disk', 'mknod device b 8 0', 'Operation not permitted'],
  [
    'capabilities of a program',
    `cp /bin/sh sh; perl -e '($f, $n, $v) = ("sh", "security.capability", pack("VVVVV", 0x02000001, 0x80, 0, 0, 0)); syscall(188, $f, $n, $v, 20, 0) == 0 or die "$!\\n"'`,
    'Operation not permitted',
  ],
  ['a file that cannot be changed', 'touch file; chattr +i file', 'Operation not permitted'],
  ['another file system', 'mkdir m; mount -t tmpfs none m 2>&1 | head -n 1 >&2; false', 'permission denied'],
])('a Step cannot make %s', (_what, script, refusal) =>
  lanes.use(async (attacked) => {
    const { job } = await attackBySteps(attacked, [script]);
    expect(job.outcome).toMatchObject({ kind: 'failed', lastLine: expect.stringContaining(refusal) });
  }),
);

const arm = `cp /bin/sh /cache/sh; chmod 6755 /cache/sh; mkdir -p /cache/folder; chmod 2777 /cache/folder; mknod /cache/device c 0 0; echo begun`;

test.concurrent.each([
  ['succeeds', arm, {}, 'succeeded'],
  ['fails', `${arm}; exit 3`, {}, 'failed'],
  ['takes too long', `${arm}; sleep 100`, { timeout: '2s' }, 'timedOut'],
  ['is killed', `${arm}; kill -9 $$`, {}, 'failed'],
  [
    'leaves a path that is too long',
    `${arm}; cd /cache; perl -e 'for (1..2500) { mkdir "d"; chdir "d" }'`,
    {},
    'succeeded',
  ],
])('what a Step leaves in cacheDirs that %s is disarmed', (_what, script, more, kind) =>
  lanes.use(async (attacked) => {
    const { job } = await attackBySteps(attacked, [script], { cacheDirs: ['/cache'], ...more });
    expect(job.outcome?.kind).toBe(kind);
    await untilDisarmed(attacked);
  }),
);

test.concurrent('so is what one leaves that is cancelled', () =>
  lanes.use(async (attacked) => {
    const { deployment } = attacked;
    const { job } = await attackBySteps(attacked, [`${arm}; sleep 100 & wait`], {
      cacheDirs: ['/cache'],
      meanwhile: async (executionId) => {
        const execution = await deployment.client.api.executions.get.query({ executionId });
        await untilBegun(deployment, execution);
        await deployment.client.api.executions.cancel.mutate({ executionId });
      },
    });
    expect(job.outcome?.kind).toBe('cancelled');
    await untilDisarmed(attacked);
  }));

test.concurrent.each([
  ['a program of this machine', '/bin/su'],
  ['a folder of this machine', '/var/mail'],
  ['a device of this machine', '/dev/null'],
])('a link to %s, in the work tree and in cacheDirs, changes nothing there', (_what, path) =>
  lanes.use(async (attacked) => {
    const before = await stat(path);
    const script = `ln -s ${path} link; ln -sfn ${path} /cache/link; ln -s / all; ln -sfn / /cache/all`;
    const { job } = await attackBySteps(attacked, [script, 'true'], { cacheDirs: ['/cache'] });
    expect(job.outcome).toEqual({ kind: 'succeeded' });
    await untilDisarmed(attacked);
    const { mode, uid, gid, ino } = await stat(path);
    expect({ mode, uid, gid, ino }).toEqual({
      mode: before.mode,
      uid: before.uid,
      gid: before.gid,
      ino: before.ino,
    });
  }),
);

test.concurrent.each([
  ['above', '/work/../../etc'],
  ['through a link of the work tree', '/work/outside/attack'],
  ['the machine’s own folder for devices', '/dev/attack'],
])('cacheDirs that lead %s stay in the container', (_what, target) =>
  lanes.use(async (attacked) => {
    const names = (await readdir('/etc')).toSorted();
    await attackBySteps(attacked, [`touch ${target}/attack; true`], { cacheDirs: [target] });
    expect((await readdir('/etc')).toSorted()).toEqual(names);
    await expect(lstat('/dev/attack')).rejects.toThrow('ENOENT');
  }),
);

test.concurrent('what one user leaves in cacheDirs is not what another one finds there', () =>
  lanes.use(async (attacked) => {
    const { deployment } = attacked;
    const plant = ['cat /cache/planted 2> /dev/null; echo planted > /cache/planted'];
    await attackBySteps(attacked, plant, { cacheDirs: ['/cache'] });
    const again = await attackBySteps(attacked, plant, { cacheDirs: ['/cache'] });
    expect(again.outputs).toEqual(['planted\n']);
    const other = await attackBySteps(attacked, plant, { cacheDirs: ['/cache'], user: deployment.member });
    expect(other.outputs).toEqual(['']);
  }));

test('a runner that was killed while a Step had armed its work tree and cacheDirs leaves nothing armed', async () => {
  const [lane] = lanes.all;
  if (lane === undefined) throw new Error('there is no runner');
  const { deployment } = lane;
  const labels = { FLOTILLA_RUNNER_LABELS: 'killed' };
  const runner = deployment.startRunner({ env: labels });
  const execution = await deployment.start({
    name: 'attack',
    scopeQuery: 'repo:^plain$',
    requires: ['killed'],
    steps: [
      {
        type: 'command',
        args: ['sh', '-c', `${arm}; cp -a /cache/sh /work; sleep 300`],
        cacheDirs: ['/cache'],
      },
    ],
  });
  const attempt = await untilBegun(deployment, execution);
  runner.signal('SIGKILL');
  await runner.exited;
  const { name, stateFolder } = runner;
  await using again = deployment.startRunner({ name, stateFolder, env: labels });
  await deployment.client.api.executions.cancel.mutate({ executionId: execution.id });
  await deployment.ended(execution, 60_000);
  await untilDisarmed({ runner: again });
  await expect
    .poll(() => readdir(join(stateFolder, 'attempts')), { timeout: 30_000 })
    .not.toContain(String(attempt.id));
  const { stdout } = await exec('find', [stateFolder, '-perm', '/6000']);
  expect(stdout).toBe('');
});
