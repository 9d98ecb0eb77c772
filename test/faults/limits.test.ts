import { descriptors } from '@flotilla/shared/logs/frame';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nothingLeft } from '../support/containers.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import { intervals, startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { bytesOf, readLog, stdoutOf } from '../support/logs.ts';
import { hashesOf, linesIn, truth } from '../support/numberedLines.ts';
import { currentAttempt } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let runner: RunnerOfDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
  runner = deployment.startRunner({ env: { FLOTILLA_JOB_MEMORY_MIB: '64' } });
});
afterAll(() => resources.disposeAsync());

test('#21 a Job that takes too long gets SIGTERM, and SIGKILL after the grace when its Step ignores that; it timed out, and its log is kept', async () => {
  const script = `
    trap 'echo "asked to stop" >&2' TERM
    i=0
    while :; do i=$((i+1)); echo "out $i"; sleep 0.02; done`;
  const execution = await deployment.startScript('repo:', script, { timeout: '2s', network: 'none' });
  const attempt = await currentAttempt(deployment, execution, 1);
  using log = followLog(deployment.client, attempt.id);
  const { jobs } = await deployment.ended(execution, intervals.grace + 20_000);
  expect([...jobs.values()]).toMatchObject([
    {
      state: 'timedOut',
      attemptCount: 1,
      patch: null,
      outcome: { kind: 'timedOut', step: 0, seconds: 2, limit: 'job' },
    },
  ]);
  const [ended] = await deployment.attemptsOf(attempt.jobId);
  // 137 is SIGKILL's; SIGTERM's would be 143.
  expect(ended?.steps).toMatchObject([{ state: 'timedOut', exitCode: 137 }]);
  const stored = await readLog(deployment.client, attempt.id);
  // Again where its container had run for less than a second, as on a busy machine (decision 0136).
  expect(bytesOf(stored, descriptors.stderr).toString()).toMatch(/^(asked to stop\n)+$/);
  const askedAt = stored.find(({ descriptor }) => descriptor === descriptors.stderr)?.time ?? 0;
  const lastAt = stored.findLast(({ descriptor }) => descriptor === descriptors.stdout)?.time ?? 0;
  // The kernel's alarm and these clocks differ by less than a line's pause.
  expect(lastAt - askedAt).toBeGreaterThan(intervals.grace - 200);
  expect(hashesOf(stored).stdout).toBe(truth(linesIn(stored)).stdout);
  await waitFor('the client to have read the end', () => log.ended);
  expect(hashesOf(log.records)).toEqual(hashesOf(stored));
  expect(log.faults).toEqual([]);
  await nothingLeft(runner);
});

test.each([
  ['ends with an error', 'perl -e \'$x = "y" x 400_000_000\'', 137],
  ['goes on all the same', '(perl -e \'$x = "y" x 400_000_000\'); true', 0],
  ['only reads from a pipe of it', 'perl -e \'$x = "y" x 400_000_000; print 1\' | cat', 0],
])(
  '#25 a Step of which a process runs out of memory fails by that, when its program %s',
  async (_title, program, exitCode) => {
    const execution = await deployment.startScript('repo:', `echo begun; ${program}`, { network: 'none' });
    const { jobs } = await deployment.ended(execution);
    const [job] = jobs.values();
    expect(job).toMatchObject({
      state: 'failed',
      attemptCount: 1,
      outcome: { kind: 'failed', step: 0, exitCode, outOfMemory: true },
    });
    const [attempt] = await deployment.attemptsOf(job?.id ?? 0);
    expect(stdoutOf(await readLog(deployment.client, attempt?.id ?? 0))).toBe('begun\n');
    await nothingLeft(runner);
  },
);
