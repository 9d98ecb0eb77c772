import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptView, ExecutionView, JobView } from '@flotilla/shared/views';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nothingLeft } from '../support/containers.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog, type FollowedLog } from '../support/followedLog.ts';
import { readLog, stdoutOf } from '../support/logs.ts';
import { flows, letEnd, startStreaming } from '../support/streaming.ts';

/** What one container may have here; small, so that a bomb is soon at its end. */
const processes = 128;
const limits = {
  FLOTILLA_JOB_PIDS: String(processes),
  FLOTILLA_JOB_MEMORY_MIB: '128',
  FLOTILLA_JOB_CPUS: '1',
};
const profiles = ['default', 'strict'] as const;

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let runner: RunnerOfDeployment;
/** A Job on the same runner, which writes numbered lines all the time. */
let neighbour: { readonly execution: ExecutionView; readonly attempt: AttemptView };
let log: FollowedLog;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment({ repositories: 2 }));
  runner = deployment.startRunner({ capacity: 2, env: limits });
  neighbour = await startStreaming(deployment);
  log = resources.use(followLog(deployment.client, neighbour.attempt.id));
});
afterAll(() => resources.disposeAsync());

interface Ended {
  readonly job: JobView;
  readonly stdout: string;
}

/** Runs a script on the second repository, without a network, to its end. */
async function run(script: string, more: Readonly<Record<string, unknown>>): Promise<Ended> {
  const execution = await deployment.startScript('repo:^repository-02$', script, {
    network: 'none',
    ...more,
  });
  const { jobs } = await deployment.ended(execution, 60_000);
  const [job] = jobs.values();
  const [attempt] = await deployment.attemptsOf(job?.id ?? 0);
  if (job === undefined || attempt === undefined) throw new Error('the Execution has no Job, or no Attempt');
  expect(job.attemptCount).toBe(1);
  return { job, stdout: stdoutOf(await readLog(deployment.client, attempt.id)) };
}

/** The neighbour goes on, and the runner does other Jobs of the same repository as before. */
async function othersGoOn(): Promise<void> {
  await flows(log);
  const { job, stdout } = await run('cat file; git status --short', {});
  expect({ state: job.state, stdout }).toEqual({ state: 'succeeded', stdout: 'repository-02\n' });
}

test.each(profiles)('+ a fork bomb ends at the limit of its container (%s)', async (profile) => {
  // Its processes wait until one is refused, which is said; then all of them go on for ever.
  const bomb = `$| = 1; my $made = 0; pipe(my $go, my $hold);
    while (defined(my $child = fork)) {
      if ($child == 0) { close $hold; <$go>; while (1) { fork } }
      $made++;
    }
    print "$made\\n"; close $hold; while (1) { fork }`;
  const { job, stdout } = await run(`perl -e '${bomb}'`, { profile, timeout: '6s' });
  expect(job.outcome).toMatchObject({ kind: 'timedOut', limit: 'job' });
  expect(Number(stdout)).toBeGreaterThan(processes / 2);
  expect(Number(stdout)).toBeLessThan(processes);
  await othersGoOn();
});

test.each(profiles)('+ a bomb of open files ends in its container (%s)', async (profile) => {
  // Refused by the engine's limit of files, or killed for their memory: the Step fails either way.
  const bomb = 'my @files; while (open(my $file, "<", "/dev/null")) { push @files, $file } die "refused: $!"';
  const { job } = await run(`for i in 1 2 3; do perl -e '${bomb}' & done; perl -e '${bomb}'`, { profile });
  expect(job.outcome).toMatchObject({ kind: 'failed', step: 0 });
  await othersGoOn();
});

test.each(profiles)('+ rm -rf / empties the work tree and nothing of the machine (%s)', async (profile) => {
  const { job, stdout } = await run('rm -rf --no-preserve-root / 2>&-; echo survived', { profile });
  expect(stdout).toBe('survived\n');
  // What a Step does to its work tree is its change, and a person reviews it.
  expect(job).toMatchObject({ state: 'succeeded', patch: { files: 1, addedLines: 0, removedLines: 1 } });
  await othersGoOn();
});

test.each(profiles)(
  '+ a Step writes to no mount of the machine and not past its work tree (%s)',
  async (profile) => {
    const outside = join(deployment.folder, 'outside');
    const tries = [
      'touch /flotilla/objects/x',
      'mount -o remount,rw /flotilla/objects',
      'mount -t tmpfs none /mnt',
      'mknod /tmp/disk b 254 0',
      'sh -c "echo 1 > /proc/sys/vm/drop_caches"',
      'sh -c "echo h > /proc/sysrq-trigger"',
      'mkdir /sys/fs/cgroup/memory/x',
      `ln -s ${outside} link && echo x > link`,
      ...(profile === 'strict' ? ['touch /etc/x', 'touch /usr/x', 'chown 0 file'] : []),
    ];
    const script = tries.map((one) => `(${one}) 2>/dev/null && echo '${one.replaceAll("'", '')} worked'`);
    const { job, stdout } = await run([...script, 'rm link; echo done'].join('\n'), { profile });
    expect(stdout).toBe('done\n');
    expect(job).toMatchObject({ state: 'succeeded', patch: null });
    await expect(access(outside)).rejects.toThrow('ENOENT');
    await othersGoOn();
  },
);

test.each(profiles)('+ a Step without a network reaches none (%s)', async (profile) => {
  const { stdout } = await run(
    "ls /sys/class/net; bash -c ': < /dev/tcp/192.0.2.1/80' 2>&1 | grep -o 'Network is unreachable' | uniq",
    { profile },
  );
  expect(stdout).toBe('lo\nNetwork is unreachable\n');
  await othersGoOn();
});

test('+ beside all of them a Job lost no line, and nothing is left', async () => {
  const { written, ...logs } = await letEnd(deployment, runner, neighbour.execution, neighbour.attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
  await nothingLeft(runner);
});
