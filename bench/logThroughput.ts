import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { descriptors, FrameDecoder } from '@flotilla/shared/logs/frame';
import { execa } from 'execa';
import { demoImage } from '../scripts/system/ensureDemoImage.ts';
import { startExecution, untilSucceeded } from './support/executeAction.ts';
import type { Benchmark } from './support/figure.ts';
import { watchMemory } from './support/residentMemory.ts';
import { median, relativeRange } from './support/statistics.ts';
import { openTestBed, type TestBed } from './support/testBed.ts';
import { listJobs } from '../scripts/launch/liveRows.ts';

/** At once, in the second measurement (docs/performance.md). */
const together = 8;
const megabyte = 1e6;

/** Writes lines of 90 bytes for so many seconds, as fast as they are taken, and their SHA-256 to stderr. */
const scriptOf = (seconds: number) =>
  `mkfifo /tmp/copy; sha256sum </tmp/copy >/tmp/sum & timeout ${seconds} seq -w 1 999999999 ` +
  `| sed 's/$/ is a line that a build writes while it works, longer than most, and read by nobody/' ` +
  `| tee /tmp/copy; wait; cut -c-64 /tmp/sum >&2`;

interface Written {
  /** Bytes of the log as stored. */
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * A Job that writes for half of `--seconds` (30 s) as fast as its output is taken: bytes on stdout per second, from the
 * Step's start to the end of the Attempt, which comes when all is stored. What is read back has the SHA-256 that the
 * container took. Then eight such Jobs at once. The rival is the Engine's own way of keeping a log.
 */
export const logThroughput: Benchmark = async function* (settings) {
  const seconds = Math.max(1, Math.round(settings.seconds / 2));
  const limit = { FLOTILLA_LOG_LIMIT_BYTES: String(100e9) };
  await using bed = await openTestBed(together, limit);
  await using runner = await bed.startRunner(together);
  const repositoryIds = (await bed.client.api.repositories.list.query()).map(({ id }) => id);
  // What the programs need once, such as compiled code, is no growth by the log.
  await write(bed, repositoryIds, 1);
  const one: number[] = [];
  const eight: number[] = [];
  const engine: number[] = [];
  const growth: { service: number; runner: number }[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    engine.push(await writeToEngine(bed, Math.ceil(seconds / 3)));
    using service = await watchMemory(bed.service.pid);
    using runnersOwn = await watchMemory(runner.pid);
    one.push(rateOf(await write(bed, repositoryIds.slice(0, 1), seconds)));
    growth.push({ service: service.growth() / megabyte, runner: runnersOwn.growth() / megabyte });
    eight.push(rateOf(await write(bed, repositoryIds, Math.ceil(seconds / 3))));
    settings.say(
      `round ${round + 1}: one Job ${one.at(-1)?.toFixed(1)} MB/s, eight ${eight.at(-1)?.toFixed(1)} MB/s, ` +
        `docker logs ${engine.at(-1)?.toFixed(1)} MB/s, growth ${JSON.stringify(growth.at(-1))} MB`,
    );
  }
  for (const [name, values] of [
    ['log-throughput-mb-s', one],
    ['log-throughput-8-jobs-mb-s', eight],
  ] as const) {
    yield {
      name,
      value: median(values),
      unit: 'MB/s',
      ratio: median(values.map((value, round) => value / (engine[round] ?? Number.NaN))),
      rival: `docker logs -f > file: ${median(engine).toFixed(1)} MB/s`,
      n: values.length,
      spread: relativeRange(values),
    };
  }
  for (const who of ['service', 'runner'] as const) {
    const values = growth.map((each) => each[who]);
    // The most, not the median: it is a bound.
    const value = Math.max(...values);
    const spread = (value - Math.min(...values)) / Math.max(value, 1);
    yield { name: `log-throughput-${who}-growth-mb`, value, unit: 'MB', n: values.length, spread };
  }
};

function rateOf(written: readonly Written[]): number {
  const bytes = written.reduce((sum, each) => sum + each.bytes, 0);
  return bytes / megabyte / Math.max(...written.map((each) => each.seconds));
}

/** Runs such a Job in each of the repositories, and compares what is stored. */
async function write(
  bed: TestBed,
  repositoryIds: readonly number[],
  seconds: number,
): Promise<readonly Written[]> {
  const { client } = bed;
  const { id } = await startExecution(client, 'write', scriptOf(seconds), repositoryIds);
  await untilSucceeded(client, id);
  const written: Written[] = [];
  for (const job of await listJobs(client.api, id)) {
    const [attempt] = await client.api.attempts.list.query({ jobId: job.id });
    const begun = attempt?.steps[0]?.startedAt;
    if (attempt?.endedAt == null || begun == null) throw new Error(`Job ${job.id} has no ended Attempt`);
    const bytes = await readBack(bed, attempt.id);
    written.push({ bytes, seconds: (attempt.endedAt - begun) / 1000 });
  }
  return written;
}

/** Bytes of stdout as stored. Throws when their hash is not the one that the container wrote to stderr. */
async function readBack({ client }: TestBed, attemptId: number): Promise<number> {
  const decoder = new FrameDecoder();
  const stored = createHash('sha256');
  let bytes = 0;
  let truth = '';
  for (let offset = 0; ;) {
    const part = await client.api.logs.read.query({ attemptId, offset, limit: 1024 * 1024 });
    const data = Buffer.from(part.data, 'base64');
    if (data.length === 0) break;
    offset += data.length;
    for (const record of decoder.push(data)) {
      if (record.descriptor === descriptors.stderr) truth += Buffer.from(record.data).toString();
      if (record.descriptor !== descriptors.stdout) continue;
      bytes += record.data.length;
      stored.update(record.data);
    }
  }
  if (stored.digest('hex') !== truth.trim()) {
    throw new Error(`the log of Attempt ${attemptId}, ${bytes} bytes, is not what its container wrote`);
  }
  return bytes;
}

/** The same script under `docker logs -f > file`, in MB/s. */
async function writeToEngine(bed: TestBed, seconds: number): Promise<number> {
  const path = join(bed.folder, 'engine.log');
  const run = [
    'run',
    '--detach',
    '--network',
    'none',
    '--entrypoint',
    'sh',
    demoImage,
    '-c',
    scriptOf(seconds),
  ];
  const { stdout: container } = await execa('docker', run);
  const started = performance.now();
  try {
    await using file = await open(path, 'w');
    const logs = spawn('docker', ['logs', '--follow', container], { stdio: ['ignore', file.fd, 'ignore'] });
    await once(logs, 'close');
  } finally {
    await execa('docker', ['rm', '--force', container]);
  }
  const elapsed = (performance.now() - started) / 1000;
  const { size } = await stat(path);
  if (size === 0) throw new Error('the Engine kept nothing');
  return size / megabyte / elapsed;
}
