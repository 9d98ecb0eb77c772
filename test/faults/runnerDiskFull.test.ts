import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containersOf, nothingLeft } from '../support/containers.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { noticesOf, readLog } from '../support/logs.ts';
import { hashesOf, linesIn, truth } from '../support/numberedLines.ts';
import { smallDisk, type SmallDisk } from '../support/smallDisk.ts';
import { currentAttempt, letGo } from '../support/steps.ts';
import { expectResultOf, flows, startStreaming } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';
import { listJobs } from '../../scripts/launch/liveRows.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let disk: SmallDisk;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
  disk = resources.use(await smallDisk(join(deployment.folder, 'small-disk'), 64));
});
afterAll(() => resources.disposeAsync());

test('#29 a runner whose disk is full ends its Attempt with the reason, claims nothing, and runs the Job again when there is space', async () => {
  await using runner = deployment.startRunner({ stateFolder: join(disk.path, 'runner') });
  const { execution, attempt: first } = await startStreaming(deployment);
  using log = followLog(deployment.client, first.id);
  await flows(log);
  await disk.fill();

  await waitFor('the reader to be told the end', () => log.ended);
  const [ended] = await deployment.attemptsOf(first.jobId);
  expect(ended).toMatchObject({ state: 'errored', outcome: { kind: 'errored', reason: 'log' } });
  const records = await readLog(deployment.client, first.id);
  expect(noticesOf(records)).toContain('its disk is full; make room there');
  const lines = { stdout: linesIn(records), stderr: linesIn(records, 'stderr') };
  const truths = { stdout: truth(lines.stdout).stdout, stderr: truth(lines.stderr).stderr };
  expect({ stored: hashesOf(records), read: hashesOf(log.records), faults: log.faults }).toEqual({
    stored: truths,
    read: truths,
    faults: [],
  });
  expect(await containersOf(first)).toEqual([]);

  // What an operator sees; and the Job could be claimed now.
  const problem = await waitFor('the service to know why the runner claims nothing', async () => {
    const runners = await deployment.client.api.runners.list.query();
    return runners.find(({ name }) => name === runner.name)?.problem;
  });
  expect(problem).toMatch(/^Only .* of 64 MiB are free on the disk of .*, so this runner claims no jobs/);
  await waitFor('the Job to be ready', async () => {
    const [job] = await listJobs(deployment.client.api, execution.id);
    return job?.state === 'queued' && !job.held;
  });
  const [before] = await deployment.sql<{ now: Date }[]>`select now()`;
  await disk.free();
  const second = await currentAttempt(deployment, execution, 2);
  expect(second.claimedAt).toBeGreaterThanOrEqual(before?.now.getTime() ?? Infinity);
  await letGo(runner, second);
  await expectResultOf(deployment, execution, second, ['errored', 'succeeded']);
  await nothingLeft(runner);
});
