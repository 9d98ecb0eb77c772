import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { letGo, untilBegun, waitingScript } from '../../support/steps.ts';
import type { RunnerOfDeployment } from '../../support/deployment.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';

const exec = promisify(execFile);
/** Another user of the machine, with no group of ours. */
const stranger = { uid: 45_678, gid: 45_678 };

let deployment: AttackedService;
let runner: RunnerOfDeployment;
let work: string;
beforeAll(async () => {
  await using resources = new AsyncDisposableStack();
  deployment = resources.use(await attackedService());
  // All on the way to the folders lets everybody through, as /var/lib does.
  await exec('chmod', ['711', deployment.folder]);
  runner = deployment.startRunner({ stateFolder: join(deployment.folder, 'state') });
  const execution = await deployment.start({
    name: 'attack',
    scopeQuery: 'repo:^plain$',
    steps: [
      {
        type: 'command',
        args: [
          'sh',
          '-c',
          `for to in /work /cache; do cp /bin/sh $to/sh; chmod 6755 $to/sh; done; ${waitingScript}`,
        ],
        cacheDirs: ['/cache'],
      },
    ],
  });
  const attempt = await untilBegun(deployment, execution);
  work = join(runner.stateFolder, 'attempts', String(attempt.id));
  await writeFile(join(runner.stateFolder, 'attempts', 'beside'), '', { mode: 0o666 });
  resources.defer(async () => {
    await letGo(runner, attempt);
    await deployment.ended(execution);
  });
  const owned = resources.move();
  return () => owned.disposeAsync();
});

const shared = () => join(deployment.folder, 'shared');
const data = () => join(deployment.folder, 'service-1');

test.runIf(process.getuid?.() === 0).each([
  ['the state folder', () => runner.stateFolder],
  ['a work tree', () => join(work, 'work')],
  ['a file of a work tree', () => join(work, 'work', 'file')],
  ['the git directory of an Attempt', () => join(work, 'git', 'HEAD')],
  ['a log on the disk', () => join(work, 'spool', 'log')],
  ['notes with lease tokens', () => join(work, 'spool', 'notes.json')],
  ['cached objects', () => join(runner.stateFolder, 'objects')],
  ['kept folders', () => join(runner.stateFolder, 'caches')],
  ['a file that everybody may read', () => join(runner.stateFolder, 'attempts', 'beside')],
  ['mirrors', () => join(shared(), 'mirrors')],
  ['stored logs and Patches', () => join(shared(), 'objects')],
  ['the shared folder', shared],
  ['the data folder of the service', data],
  ['the address of the service', () => join(data(), 'service.json')],
])('another user of the machine does not read %s', async (_what, path) => {
  await expect(exec('cat', [path()], stranger)).rejects.toThrow('Permission denied');
  await expect(exec('ls', ['-l', join(path(), '.')], stranger)).rejects.toThrow('Permission denied');
});

test.runIf(process.getuid?.() === 0)('nor becomes root by what a Step leaves while it runs', async () => {
  const { stdout } = await exec('find', [runner.stateFolder, '-name', 'sh', '-perm', '/6000']);
  const programs = stdout.trim().split('\n');
  expect(programs).toHaveLength(2);
  for (const program of programs) {
    await expect(exec(program, ['-p', '-c', 'id -u'], stranger)).rejects.toThrow('EACCES');
  }
});

test.runIf(process.getuid?.() === 0)('nor reaches the sockets of our launchers', async () => {
  const { stdout } = await exec('find', [
    tmpdir(),
    '-maxdepth',
    '1',
    '-name',
    'flotilla-launcher-*',
    '-perm',
    '/077',
  ]);
  expect(stdout).toBe('');
});
