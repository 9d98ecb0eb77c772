import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { noticesOf, readLog } from '../../support/logs.ts';
import { smallDisk } from '../../support/smallDisk.ts';
import { untilBegun, waitingScript } from '../../support/steps.ts';
import { mountsBelow } from '../../support/temporaryFolder.ts';
import { startUnprivilegedRunner } from '../../support/unprivilegedRunner.ts';
import { waitFor } from '../../support/waitFor.ts';
import { attackedRunners, type AttackedRunner } from '../support/attackedRunner.ts';
import type { AttackedService } from '../support/attackedService.ts';
import type { Lanes } from '../support/lanes.ts';
import { withinBounds } from '../support/withinBounds.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

let service: AttackedService;
let lanes: Lanes<AttackedRunner>;
beforeAll(async () => {
  const target = await attackedRunners({ runnerEnv: { FLOTILLA_DISK_QUOTA: 'off' } });
  ({ attacked: service, lanes } = target);
  return () => target[Symbol.asyncDispose]();
});

const resources = { memory: '256m', disk: '100m' };
const programs = 4;
const outOfDisk = { kind: 'failed', step: 0, outOfDisk: true, outOfMemory: false };
const write = `dd if=/dev/zero bs=1M count=4096`;

test('a runner says whether a file system limits its work trees', async () => {
  const said = await waitFor('the runner’s hello', async () => {
    const [runner] = await service.client.api.runners.list.query();
    return runner?.description;
  });
  expect(said).toMatch(/, disk use polled$/);
});

test.concurrent.each([
  ['a file', `${write} of=large`],
  ['a file that has no name any more', `exec 3> large; rm large; ${write} >&3`],
  ['eight files at once', `for i in 1 2 3 4 5 6 7 8; do ${write} of=f$i & done; wait`],
  ['what is left out', `echo large > .gitignore; ${write} of=large`],
  ['30,000 files without content', `perl -e 'for (1..30000) {open F, ">$_"}'`],
  ['a file in a folder that is kept', `${write} of=/cache/large`],
])('a Step that writes %s is stopped at a look', (_what, script) =>
  lanes.use(async (target) => {
    const steps = [{ type: 'command', args: ['sh', '-c', `${script}; sleep 30`], cacheDirs: ['/cache'] }];
    const ended = await withinBounds(target, () => target.runStep('', { resources, steps }), { programs });
    expect(ended.job.outcome).toMatchObject(outOfDisk);
    const notices = noticesOf(await readLog(target.attacked.client, ended.attempts[0]?.id ?? 0));
    expect(notices).toMatch(/the job has (written|made) .*; it is stopped/);
  }),
);

test('a Job that fills the disk unseen is ended before the disk is full, by the machine’s fault', async () => {
  await using disk = await smallDisk(join(service.folder, 'short'), 300);
  await using runner = service.startRunner({
    stateFolder: join(disk.path, 'runner'),
    env: { FLOTILLA_DISK_QUOTA: 'off', FLOTILLA_MIN_FREE_DISK: '150m', FLOTILLA_RUNNER_LABELS: 'short' },
  });
  const script = 'dd if=/dev/zero of=large bs=1M count=250; sleep 30';
  const execution = await service.startScript('repo:plain', script, { requires: ['short'] });
  const hasEnded = async () => {
    const [job] = await listJobs(service.client.api, execution.id);
    const [attempt] = await service.attemptsOf(job?.id ?? 0);
    return attempt?.outcome !== null && attempt;
  };
  const ended = await waitFor('the first Attempt to end', hasEnded, { timeoutMs: 30_000 });
  await service.client.api.executions.cancel.mutate({ executionId: execution.id });
  expect(ended).toMatchObject({ runner: runner.name, outcome: { kind: 'errored', reason: 'sandbox' } });
  expect(ended.outcome).toHaveProperty(
    'message',
    expect.stringMatching(
      /^Only [\d.]+ MiB were free on the runner’s disk, so it has ended the Job that had written the most/,
    ),
  );
  await runner.kill();
});

test('a runner that is not root looks, and stops a Step', async () => {
  const labels = { FLOTILLA_RUNNER_LABELS: 'unprivileged' };
  await using runner = await startUnprivilegedRunner(service, 'unprivileged-disk', labels);
  const script = `${write} of=large; sleep 30`;
  const execution = await service.startScript('repo:plain', script, {
    resources,
    requires: ['unprivileged'],
  });
  const { jobs } = await service.ended(execution);
  const job = jobs.get('plain');
  expect(job?.outcome).toMatchObject(outOfDisk);
  expect((await service.attemptsOf(job?.id ?? 0))[0]?.runner).toBe(runner.name);
});

test('a runner removes the disks that a killed one has left', async () => {
  const env = { FLOTILLA_RUNNER_LABELS: 'killed' };
  await using killed = service.startRunner({ env });
  const { stateFolder } = killed;
  const execution = await service.startScript('repo:plain', waitingScript, { requires: ['killed'] });
  const attempt = await untilBegun(service, execution);
  expect(await mountsBelow(stateFolder)).toHaveLength(1);
  await killed.kill();
  expect(await mountsBelow(stateFolder)).toHaveLength(1);
  await service.client.api.executions.cancel.mutate({ executionId: execution.id });
  await using _next = service.startRunner({ name: killed.name, stateFolder, env });
  await waitFor('the disk to be gone', async () => (await mountsBelow(stateFolder)).length === 0);
  await waitFor('its folder to be gone', () => !existsSync(`${stateFolder}/attempts/${attempt.id}`));
});
