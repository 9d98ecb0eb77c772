import Docker from 'dockerode';
import { demoImage } from '../scripts/system/ensureDemoImage.ts';
import { startExecution, untilSucceeded } from './support/executeAction.ts';
import type { Benchmark } from './support/figure.ts';
import { median, relativeRange } from './support/statistics.ts';
import { openTestBed, type TestBed } from './support/testBed.ts';
import { listJobs } from '../scripts/launch/liveRows.ts';

/** Steps of the long Job; what they take longer than the one Step of the short Job is theirs. */
const steps = 11;

/**
 * What one more Step of a Job costs, in a container of its own, when its program does nothing; against `docker exec` of
 * the same program in a container that runs already.
 */
export const stepOverhead: Benchmark = async function* (settings) {
  await using bed = await openTestBed(1);
  await using _runner = await bed.startRunner(1);
  await millisecondsOfSteps(bed, 1);
  const ours: number[] = [];
  const exec: number[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    const [short, long] = [await millisecondsOfSteps(bed, 1), await millisecondsOfSteps(bed, steps)];
    ours.push((long - short) / (steps - 1));
    exec.push(await millisecondsOfExec());
  }
  yield {
    name: 'step-overhead-ms',
    value: median(ours),
    unit: 'ms/Step',
    ratio: median(ours.map((value, round) => value / (exec[round] ?? Number.NaN))),
    rival: `exec in a running container: ${median(exec).toFixed(0)} ms`,
    n: ours.length,
    spread: relativeRange(ours),
  };
};

/** From the claim to the end of the Attempt, in milliseconds. */
async function millisecondsOfSteps({ client }: TestBed, count: number): Promise<number> {
  const step = { type: 'command', args: ['true'] };
  const { id } = await startExecution(client, `steps-${count}`, 'true', null, {
    steps: Array.from({ length: count }, () => step),
  });
  await untilSucceeded(client, id);
  const [job] = await listJobs(client.api, id);
  const [attempt] = job === undefined ? [] : await client.api.attempts.list.query({ jobId: job.id });
  if (attempt?.endedAt == null) throw new Error('the Job has no ended Attempt');
  return attempt.endedAt - attempt.claimedAt;
}

/** One `docker exec` by the Engine's API, of ten. */
async function millisecondsOfExec(): Promise<number> {
  const engine = new Docker();
  const container = await engine.createContainer({
    Image: demoImage,
    Entrypoint: ['sleep'],
    Cmd: ['600'],
    HostConfig: { Init: true },
  });
  try {
    await container.start();
    const started = performance.now();
    for (let step = 1; step < steps; step++) {
      const exec = await container.exec({ Cmd: ['true'], AttachStdout: true, AttachStderr: true });
      const stream = await exec.start({ hijack: true, stdin: false });
      stream.resume();
      await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
      const { ExitCode: exitCode } = await exec.inspect();
      if (exitCode !== 0) throw new Error(`exec ended with ${exitCode}`);
    }
    return (performance.now() - started) / (steps - 1);
  } finally {
    await container.remove({ force: true });
  }
}
