import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectUser, type ServiceClient } from '../scripts/launch/serviceClient.ts';
import { startService, type ServiceProgram } from '../scripts/launch/serviceProgram.ts';
import { startProxy } from '../test/support/proxy.ts';
import { frameOf, type TestRunner } from '../test/support/testRunner.ts';
import { userToken } from '../test/support/tokens.ts';
import { waitFor } from '../test/support/waitFor.ts';
import { collectGarbage, inspected } from './support/collectGarbage.ts';
import type { Benchmark, Figure } from './support/figure.ts';
import { makeLiveAttempts, type LiveAttempts } from './support/liveAttempts.ts';
import { openLocalService } from './support/localService.ts';
import { residentBytes } from './support/residentMemory.ts';
import { median, percentile } from './support/statistics.ts';

const subscribers = 1000;
/** So many connect at once: of one address no more than 256 may be strangers (docs/spec/limits.md). */
const atOnce = 200;
const slowReaders = 20;
/** Of log that each of the slow readers does not read, in bytes. */
const unread = 40 * 1024 * 1024;
/** Longer than this benchmark takes: nobody renews the leases. */
const env = { FLOTILLA_LEASE_MS: '3600000', FLOTILLA_LOG_LEVEL: 'warn', ...inspected };
const megabyte = 1e6;

/**
 * Resident memory, less garbage, of a service with 1,000 editors, each with a socket of its own: connected only, all following one
 * log, each following another; how long one chunk takes to reach all of them; and what editors cost that follow a log
 * and do not read. The service is a program of its own; the Attempts are claimed by its protocol and run nowhere.
 */
export const memoryOfSubscribers: Benchmark = async function* (settings) {
  await using resources = new AsyncDisposableStack();
  const local = resources.use(await openLocalService({ leaseMs: Number(env.FLOTILLA_LEASE_MS) }));
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const { postgres, service } = local;
  const program = resources.use(
    await startService({ dataFolder: join(folder, 'data'), databaseUrl: postgres.url, env }),
  );
  const token = await userToken(service.sql, 'reader', 'member');
  const live = resources.use(await makeLiveAttempts(local, program.url, subscribers + 1));
  const ends = new Map<number, number>();
  const [common, ...others] = live.attempts;
  if (common === undefined) throw new Error('there is no Attempt');
  const write = (attempt: LiveAttempts['attempts'][number], bytes: number) =>
    append(live.runner, ends, attempt, bytes);
  await write(common, 10_000);

  const empty = await settled(program);
  {
    await using editors = await connect(program, token);
    const idle = await settled(program);
    yield memory('idle', idle - empty);
    const received = editors.clients.map(({ api }) => follow(api, common.attemptId));
    await waitFor('all to have read', () => received.every((log) => log.bytes() >= 10_000), {
      timeoutMs: 60_000,
    });
    const fanOut: number[] = [];
    for (let round = 0; round < settings.rounds * 4; round++) {
      const expected = received.map((log) => log.bytes());
      const started = performance.now();
      const bytes = await write(common, 1000);
      await waitFor(
        'the chunk to reach all',
        () => received.every((log, index) => log.bytes() >= (expected[index] ?? 0) + bytes),
        { everyMs: 1, timeoutMs: 60_000 },
      );
      fanOut.push(performance.now() - started);
    }
    yield memory('one-job', (await settled(program)) - empty);
    yield {
      name: 'fan-out-1000-subscribers-ms',
      value: median(fanOut),
      unit: 'ms',
      n: fanOut.length,
      spread: percentile(fanOut, 0.99) - percentile(fanOut, 0.01),
    };
  }
  {
    await using editors = await connect(program, token);
    const received = editors.clients.map(({ api }, index) => follow(api, others[index]?.attemptId ?? 0));
    for (const attempt of others) await write(attempt, 1000);
    await waitFor('each to have read', () => received.every((log) => log.bytes() >= 1000), {
      timeoutMs: 60_000,
    });
    // Against the first measurement: what the service keeps after 1,000 editors left, is theirs as well.
    yield memory('1000-jobs', (await settled(program)) - empty);
  }
  yield await slowReading(program, token, common.attemptId, () => write(common, unread));
};

function memory(condition: string, bytes: number): Figure {
  const name = `memory-1000-subscribers-${condition}-mb`;
  return { name, value: bytes / megabyte, unit: 'MB', n: 1, spread: 0 };
}

/**
 * What a service grows by for an editor that asks for a log and does not read its socket: more than it has grown by
 * once the same editors have read as much of it.
 */
async function slowReading(
  program: ServiceProgram,
  token: string,
  attemptId: number,
  writeMore: () => Promise<number>,
): Promise<Figure> {
  await using proxy = await startProxy(program.url);
  await using editors = await connect({ ...program, url: proxy.url }, token, slowReaders);
  const received = editors.clients.map(({ api }) => follow(api, attemptId));
  await waitFor('all to follow', () => received.every((log) => log.bytes() > 0), { timeoutMs: 60_000 });
  const written = await writeMore();
  await waitFor('all to have read', () => received.every((log) => log.bytes() >= written), {
    timeoutMs: 120_000,
  });
  const before = await settled(program);
  proxy.blackHole('answers');
  await writeMore();
  const after = await settled(program);
  return {
    name: 'slow-reader-mb-per-socket',
    value: Math.max(0, after - before) / megabyte / slowReaders,
    unit: 'MB',
    n: slowReaders,
    spread: 0,
  };
}

/** Resident memory without garbage, once it stays the same, to a megabyte, for half a second. */
async function settled(program: ServiceProgram): Promise<number> {
  await collectGarbage(program);
  const samples: number[] = [];
  return waitFor(
    'the memory to settle',
    async () => {
      samples.push(await residentBytes(program.pid));
      const recent = samples.slice(-10);
      return recent.length === 10 && Math.max(...recent) - Math.min(...recent) < megabyte && recent.at(-1);
    },
    { timeoutMs: 60_000, everyMs: 50 },
  );
}

interface Editors extends AsyncDisposable {
  readonly clients: readonly ServiceClient[];
}

async function connect({ url }: ServiceProgram, token: string, count = subscribers): Promise<Editors> {
  const clients: ServiceClient[] = [];
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(atOnce, count - clients.length) }, () =>
      connectUser(url, token),
    );
    await Promise.all(some.map(({ api }) => api.server.info.query()));
    clients.push(...some);
  }
  return {
    clients,
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
    },
  };
}

/** Follows a log from its beginning, and counts. */
function follow(api: ServiceClient['api'], attemptId: number): { bytes(): number } {
  let bytes = 0;
  api.logs.tail.subscribe(
    { attemptId, offset: 0 },
    {
      onData: ({ data: message }) => {
        if (message.kind === 'chunk') bytes = message.offset + Buffer.byteLength(message.data, 'base64');
      },
    },
  );
  return { bytes: () => bytes };
}

/** Appends that many bytes, and the headers of their records; returns how many both are. */
async function append(
  runner: TestRunner,
  ends: Map<number, number>,
  attempt: LiveAttempts['attempts'][number],
  bytes: number,
): Promise<number> {
  const most = 32 * 1024;
  let sum = 0;
  for (let left = bytes; left > 0; left -= most) {
    const data = frameOf(Buffer.alloc(Math.min(left, most), 'a line of a log that somebody follows\n'));
    const offset = ends.get(attempt.attemptId) ?? 0;
    const { status, end } = await runner.append(attempt, 'log', offset, data);
    if (status !== 200 || end === undefined) throw new Error(`an append was answered with ${status}`);
    ends.set(attempt.attemptId, end);
    sum += data.length;
  }
  return sum;
}
