import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { descriptors } from '@flotilla/shared/logs/frame';
import type { AttemptView, JobView } from '@flotilla/shared/views';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containersOf } from '../support/containers.ts';
import {
  startDeployment,
  testImage,
  type Deployment,
  type RunnerOfDeployment,
} from '../support/deployment.ts';
import { bytesOf, noticesOf, readLog, readLogSoFar, stdoutOf } from '../support/logs.ts';
import { git, makeRepository } from '../support/repositories.ts';
import { currentAttempt } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';

const exec = promisify(execFile);
const stopGraceMs = 1000;

const resources = new AsyncDisposableStack();
let deployment: Deployment;
let runner: RunnerOfDeployment;
let commit: string;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: async (folder) => {
        ({ commit } = await makeRepository(join(folder, 'sample'), { files: { file: 'text\n' } }));
      },
      env: {
        FLOTILLA_STOP_GRACE_MS: String(stopGraceMs),
        FLOTILLA_LOG_LIMIT_BYTES: String(1024 * 1024),
      },
    }),
  );
  runner = deployment.startRunner({
    capacity: 2,
    env: { FLOTILLA_DISK_LIMIT: '64m', FLOTILLA_PULL_RETRY_SECONDS: '2' },
  });
});
afterAll(() => resources.disposeAsync());

interface Ended {
  readonly job: JobView;
  readonly attempt: AttemptView;
}

/** Runs an Action on the one repository, to its end. */
async function end(action: Readonly<Record<string, unknown>>): Promise<Ended> {
  const { jobs } = await deployment.ended(
    await deployment.start({ name: 'example', scopeQuery: 'repo:', ...action }),
  );
  const [job] = jobs.values();
  const [attempt] = await deployment.attemptsOf(job?.id ?? 0);
  if (job === undefined || attempt === undefined) throw new Error('the Execution has no Job, or no Attempt');
  return { job, attempt };
}

const shell = (script: string) => ({ type: 'command', args: ['sh', '-c', script] });

test('a Step that fails ends the Job with its number, its exit code and its last line of stderr', async () => {
  const { job, attempt } = await end({
    steps: [
      shell('true'),
      shell('echo out; echo first >&2; printf "\\033[31mno such thing\\033[0m" >&2; exit 3'),
      shell('true'),
    ],
  });
  expect(job.state).toBe('failed');
  expect(job.outcome).toEqual({
    kind: 'failed',
    step: 1,
    exitCode: 3,
    outOfMemory: false,
    outOfDisk: false,
    lastLine: 'no such thing',
  });
  expect(attempt.steps.map(({ state, exitCode }) => [state, exitCode])).toEqual([
    ['succeeded', 0],
    ['failed', 3],
    ['pending', null],
  ]);
  expect(await containersOf(attempt)).toEqual([]);
});

test('a Step that takes longer than it may is stopped, and the Job says whose limit it was', async () => {
  const { job, attempt } = await end({
    steps: [shell('true'), { ...shell('echo begun; sleep 100'), timeout: '1s' }, shell('true')],
  });
  expect(job.outcome).toEqual({ kind: 'timedOut', step: 1, seconds: 1, limit: 'step' });
  expect(attempt.steps.map(({ state }) => state)).toEqual(['succeeded', 'timedOut', 'pending']);
});

test.each([
  ['the work tree', 'head -c 100m /dev/zero > large; sleep 100'],
  ['the container’s own files', 'head -c 100m /dev/zero > /var/large; sleep 100'],
])('a Job that writes more than it may is stopped, in %s', async (_title, script) => {
  const { job, attempt } = await end({ steps: [shell(script)] });
  expect(job.outcome).toMatchObject({ kind: 'failed', step: 0, outOfDisk: true, outOfMemory: false });
  expect(noticesOf(await readLog(deployment.client, attempt.id))).toMatch(
    /the job has written \d+(\.\d)? MiB to disk, and may write 64 MiB; it is stopped/,
  );
  expect(await containersOf(attempt)).toEqual([]);
});

test('an Attempt says what its time went to', async () => {
  const { attempt } = await end({ steps: [shell('echo changed > file')] });
  expect(attempt.phases.map((phase) => phase.name)).toEqual(['fetch', 'wait', 'steps', 'patch', 'upload']);
  for (const { startedAt, endedAt } of attempt.phases.slice(0, -1))
    expect(endedAt).toBeGreaterThanOrEqual(startedAt);
});

test('an Action may ask for less than the runner grants', async () => {
  const { attempt } = await end({
    resources: { processes: 50, memory: '32m', cpus: 0.5 },
    steps: [shell('cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true')],
  });
  expect(stdoutOf(await readLog(deployment.client, attempt.id)).trim()).toBe('50');
});

test('a Step of a strict Job is nobody with no capability, over a root that it cannot write, with a home and a /tmp', async () => {
  const script = [
    'id -u; grep CapEff /proc/self/status; grep NoNewPrivs /proc/self/status',
    'touch /etc/mine 2>/dev/null || echo "root is read-only"',
    'touch $HOME/mine /tmp/mine && echo writable; echo changed > file; mkdir -p sub && echo new > sub/new',
  ].join('\n');
  const { job, attempt } = await end({
    profile: 'strict',
    network: 'none',
    steps: [shell(script), shell('cat file sub/new')],
  });
  const records = await readLog(deployment.client, attempt.id);
  expect(stdoutOf(records)).toBe(
    '65534\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nroot is read-only\nwritable\n',
  );
  expect(bytesOf(records, descriptors.stdout, 1).toString()).toBe('changed\nnew\n');
  expect(job).toMatchObject({ state: 'succeeded', patch: { files: 2 } });
});

test.each([
  ['that ignores SIGTERM', 'trap "" TERM; echo begun; while :; do sleep 0.1; done'],
  ['that ends at SIGTERM', 'trap "echo asked; exit 0" TERM; echo begun; while :; do sleep 0.1; done'],
])(
  'a cancelled Execution has no container left within the grace and 2 s: a Step %s',
  async (_title, script) => {
    const execution = await deployment.startScript('repo:', script);
    const attempt = await currentAttempt(deployment, execution, 1);
    await waitFor(
      'the first line',
      async () => stdoutOf(await readLogSoFar(deployment.client, attempt.id)) === 'begun\n',
    );
    const cancelledAt = performance.now();
    await deployment.client.api.executions.cancel.mutate({ executionId: execution.id });
    await waitFor('the container to be gone', async () => (await containersOf(attempt)).length === 0);
    expect(performance.now() - cancelledAt).toBeLessThan(stopGraceMs + 2000);
    const { execution: ended, jobs } = await deployment.ended(execution);
    expect(ended.state).toBe('cancelled');
    expect(jobs.get('sample')).toMatchObject({
      state: 'cancelled',
      outcome: { kind: 'cancelled', step: 0 },
      patch: null,
    });
    const [after] = await deployment.attemptsOf(attempt.jobId);
    expect(after?.steps[0]?.state).toBe('cancelled');
  },
);

test('an image whose registry cannot be reached is pulled again for a while, and then ends the Job with a sentence that names it and says what to do', async () => {
  const { job, attempt } = await end({ image: 'localhost:1/no-such-image:1', steps: [shell('true')] });
  expect(job).toMatchObject({
    state: 'errored',
    outcome: { kind: 'errored', reason: 'sandbox', step: null },
  });
  expect(job.outcome).toMatchObject({
    message: expect.stringMatching(
      /^Image "localhost:1\/no-such-image:1" is not on this machine, and its registry did not give it in 2 s: .+ refused\. Look whether the registry is up/,
    ) as string,
  });
  const notices = noticesOf(await readLog(deployment.client, attempt.id));
  expect(notices).toContain('Pulling image localhost:1/no-such-image:1');
  expect(notices).toMatch(/Could not pull localhost:1\/no-such-image:1: .+ refused; trying again in 1 s/);
  expect(attempt.phases.map((phase) => phase.name)).toContain('pull');
});

test('a program that the image does not have ends the Job with what the engine says', async () => {
  const { job } = await end({ steps: [{ type: 'command', args: ['no-such-program', '--version'] }] });
  expect(job.outcome).toMatchObject({
    kind: 'failed',
    step: 0,
    exitCode: 127,
    lastLine: expect.stringContaining('no-such-program') as string,
  });
});

test('a docker Step runs the program of its image, with arguments of its own or the image’s', async () => {
  const image = 'flotilla/test-program:local';
  await using _image = { [Symbol.asyncDispose]: async () => void (await exec('docker', ['rmi', image])) };
  const { stdout: container } = await exec('docker', ['create', testImage, 'true']);
  const changes = ['ENTRYPOINT ["printf", "%s\\n"]', 'CMD ["from the image"]'].flatMap((change) => [
    '--change',
    change,
  ]);
  await exec('docker', ['commit', ...changes, container.trim(), image]);
  await exec('docker', ['rm', container.trim()]);
  const { job, attempt } = await end({
    steps: [
      { type: 'docker', image },
      { type: 'docker', image, args: ['from the Action'] },
    ],
  });
  expect(job.state).toBe('succeeded');
  const log = await readLog(deployment.client, attempt.id);
  expect(stdoutOf(log, 0)).toBe('from the image\n');
  expect(stdoutOf(log, 1)).toBe('from the Action\n');
});

test('Steps share the work tree, and find repository, branch and commit in their environment', async () => {
  const { job, attempt } = await end({
    env: { GREETING: 'hello' },
    steps: [
      shell('echo "$GREETING $REPOSITORY $BRANCH $COMMIT"; echo one > made; chown 1234 made'),
      shell(
        'cat made; git rev-parse HEAD --abbrev-ref HEAD; git status --porcelain; id -u; pwd; test -w "$HOME"',
      ),
    ],
  });
  expect(job).toMatchObject({ state: 'succeeded', patch: { files: 1, addedLines: 1 } });
  const log = await readLog(deployment.client, attempt.id);
  expect(stdoutOf(log, 0)).toBe(`hello sample main ${commit}\n`);
  expect(stdoutOf(log, 1)).toBe(`one\n${commit}\nmain\n?? made\n0\n/work\n`);
});

test('a Job that changes nothing succeeds without a Patch', async () => {
  const { job } = await end({ steps: [shell('echo text > file')] });
  expect(job).toMatchObject({ state: 'succeeded', patch: null });
});

test('a log keeps every byte of each descriptor: no text, no line end, and one line of 300 kB', async () => {
  const { attempt } = await end({
    steps: [
      shell(
        `printf '\\000\\377\\033[1mbold\\r\\n'; head -c 300000 /dev/zero | tr '\\0' 'x'; printf '\\ntail'; printf 'caf\\303' >&2; printf '\\251 end' >&2`,
      ),
    ],
  });
  const log = await readLog(deployment.client, attempt.id);
  const expected = Buffer.concat([
    Buffer.from('\0\xff\x1b[1mbold\r\n', 'latin1'),
    Buffer.alloc(300_000, 'x'),
    Buffer.from('\ntail'),
  ]);
  expect(bytesOf(log, descriptors.stdout).equals(expected)).toBe(true);
  expect(bytesOf(log, descriptors.stderr).toString()).toBe('café end');
  await sealed(attempt);
});

test('a log that reaches its limit says so, ends with what was written last, and fails nobody', async () => {
  const { job, attempt } = await end({ steps: [shell('seq 1 1000000; echo the last line')] });
  expect(job.state).toBe('succeeded');
  expect(attempt.logLimitReached).toBe(true);
  const log = await readLog(deployment.client, attempt.id);
  expect(noticesOf(log)).toMatch(
    /the log has reached its limit of 1 MiB[\s\S]*\[\d+ bytes are left out here; the end follows\]/,
  );
  const text = stdoutOf(log);
  expect(text.startsWith('1\n2\n3\n')).toBe(true);
  expect(text.endsWith('999999\n1000000\nthe last line\n')).toBe(true);
  expect(attempt.logLength).toBeLessThan(2 * 1024 * 1024);
  await sealed(attempt);
});

/** Sealing compares the stored log with the hashes that the runner took while it wrote. */
async function sealed({ jobId }: AttemptView): Promise<void> {
  await waitFor('the log to be sealed', async () => (await deployment.attemptsOf(jobId))[0]?.logSealed);
}

test('a work tree and its containers are gone when the Attempt has ended', async () => {
  const { attempt } = await end({ steps: [shell('mkdir -m 000 locked; chown -R 1234 .')] });
  expect(await containersOf(attempt)).toEqual([]);
  await waitFor('the folder to be gone', async () => {
    const folders = await readdir(join(runner.stateFolder, 'attempts'));
    return !folders.includes(String(attempt.id));
  });
});

test('git in a Step reads the base and writes its own repository only', async () => {
  const { job, attempt } = await end({
    steps: [
      shell(
        'git show HEAD:file; git log --oneline | wc -l; touch /flotilla/objects/x || echo read-only; git hash-object -w --stdin < file',
      ),
    ],
  });
  expect(job).toMatchObject({ state: 'succeeded', patch: null });
  const blob = await git(join(deployment.repositoriesFolder, 'sample'), ['rev-parse', 'HEAD:file']);
  expect(stdoutOf(await readLog(deployment.client, attempt.id))).toBe(`text\n1\nread-only\n${blob}\n`);
});
