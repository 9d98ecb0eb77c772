import { descriptors, type LogRecord } from '@flotilla/shared/logs/frame';
import type { AttemptView, ExecutionView } from '@flotilla/shared/views';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nothingLeft } from '../support/containers.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { bytesOf, noticesOf, readLog } from '../support/logs.ts';
import { hashesOf } from '../support/numberedLines.ts';
import { forgetPeak, residentBytes } from '../support/residentBytes.ts';
import { currentAttempt } from '../support/steps.ts';
import { sha256 } from '../support/testRunner.ts';
import { waitFor } from '../support/waitFor.ts';

const mib = 1024 * 1024;
const limitBytes = 24 * mib;
/** Growth of a runner's memory that one Job may cause (docs/performance.md). */
const mostGrowthBytes = 64 * mib;

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let runner: RunnerOfDeployment;
beforeAll(async () => {
  deployment = resources.use(
    await startFaultDeployment({ env: { FLOTILLA_LOG_LIMIT_BYTES: String(limitBytes) } }),
  );
  runner = deployment.startRunner();
  // What a runner needs at its first Job is no growth.
  await deployment.ended(await start('seq 1 1000'));
});
afterAll(() => resources.disposeAsync());

function start(script: string): Promise<ExecutionView> {
  return deployment.startScript('repo:', script, { network: 'none' });
}

/** Runs a script to its end; what is stored of it is what a client read that followed it. */
async function logOf(script: string): Promise<{ attempt: AttemptView; records: readonly LogRecord[] }> {
  const execution = await start(script);
  const { id } = await currentAttempt(deployment, execution, 1);
  using log = followLog(deployment.client, id);
  const { jobs } = await deployment.ended(execution, 120_000);
  const [job] = jobs.values();
  expect(job).toMatchObject({ state: 'succeeded', attemptCount: 1 });
  await waitFor('the client to have read the end', () => log.ended);
  const records = await readLog(deployment.client, id);
  expect({ read: hashesOf(log.records), faults: log.faults }).toEqual({
    read: hashesOf(records),
    faults: [],
  });
  await nothingLeft(runner);
  const attempt = await waitFor('the log to be sealed', async () => {
    const [ended] = await deployment.attemptsOf(job?.id ?? 0);
    return ended?.logSealed && ended;
  });
  return { attempt, records };
}

/** A Step's output of which each part can be made again here. */
interface Burst {
  readonly script: string;
  readonly length: number;
  /** Its bytes between two places. */
  readonly part: (start: number, end: number) => Buffer;
}

/** 20 million lines of 10 bytes. */
const manyLines: Burst = {
  script: 'seq 100000001 120000000',
  length: 200_000_000,
  part(start, end) {
    const first = Math.floor(start / 10);
    const lines = Array.from(
      { length: Math.ceil(end / 10) - first },
      (_, index) => 100_000_001 + first + index,
    );
    return Buffer.from(`${lines.join('\n')}\n`).subarray(start - first * 10, end - first * 10);
  },
};

/** A block many times over. */
function repeated(script: string, block: Buffer, times: number): Burst {
  return {
    script,
    length: block.length * times,
    part: (start, end) => Buffer.alloc(end - start, rotated(block, start % block.length)),
  };
}

function rotated(block: Buffer, by: number): Buffer {
  return Buffer.concat([block.subarray(by), block.subarray(0, by)]);
}

const oneLine = repeated(`perl -e 'print "0123456789-" x 3_700_000'`, Buffer.from('0123456789-'), 3_700_000);
/** Every byte there is, NUL and half characters among them. */
const binary = repeated(
  `perl -e 'print pack("C*", map { ($_ * $_ + ($_ >> 5)) & 255 } 0 .. 65535)' > /tmp/block
   for i in $(seq 800); do cat /tmp/block; done`,
  Buffer.from(Array.from({ length: 65_536 }, (_, place) => (place * place + (place >> 5)) % 256)),
  800,
);

test.each([
  ['a burst of 200 MB', manyLines],
  ['one line of 40 MB', oneLine],
  ['50 MB of binary output', binary],
])(
  '#27 of %s every byte is stored up to the limit, and then the end; a notice says how many are not, and memory stays bounded',
  async (_title, burst) => {
    const before = await residentBytes(runner.pid, 'now');
    await forgetPeak(runner.pid);
    const { attempt, records } = await logOf(burst.script);
    const grownBytes = (await residentBytes(runner.pid, 'peak')) - before;
    expect(grownBytes).toBeLessThanOrEqual(mostGrowthBytes);

    expect(attempt.logLimitReached).toBe(true);
    const notices = noticesOf(records);
    expect(notices).toContain('the log has reached its limit of 24 MiB');
    const leftOut = Number(/\[(\d+) bytes are left out here; the end follows\]/.exec(notices)?.[1]);
    const at = records.findIndex(({ data }) => Buffer.from(data).includes(`${leftOut} bytes are left out`));
    const beginning = bytesOf(records.slice(0, at), descriptors.stdout);
    const end = bytesOf(records.slice(at), descriptors.stdout);
    expect(beginning.length + leftOut + end.length).toBe(burst.length);
    expect(beginning.length).toBeGreaterThan(limitBytes / 2);
    expect(sha256(beginning)).toBe(sha256(burst.part(0, beginning.length)));
    expect(sha256(end)).toBe(sha256(burst.part(burst.length - end.length, burst.length)));
  },
  300_000,
);

test.each([
  ['binary output with NUL', 'head -c 3000000 /dev/urandom'],
  [
    'UTF-8 that is cut within its characters',
    `perl -MTime::HiRes=sleep -e '$| = 1; for (1 .. 100) { for (split //, "caf\\303\\251 \\342\\230\\203 \\360\\237\\230\\200\\n") { syswrite STDOUT, $_ } sleep 0.001 }
     for ("\\360\\237", "\\230", "\\200") { syswrite STDOUT, $_; sleep 0.1 }'`,
  ],
  [
    'colours that are cut within their sequences',
    `perl -MTime::HiRes=sleep -e 'for ("\\e", "[3", "1mred\\e[0", "m\\r\\n", "\\e]8;;http://x\\e", "\\\\link\\a") { syswrite STDOUT, $_; sleep 0.1 }'`,
  ],
])('#27 of %s every byte is stored', async (_title, script) => {
  const { records } = await logOf(`{ ${script}; } | tee /tmp/truth; sha256sum < /tmp/truth >&2`);
  const [said] = bytesOf(records, descriptors.stderr).toString().split(' ');
  expect(sha256(bytesOf(records, descriptors.stdout))).toBe(said);
});
