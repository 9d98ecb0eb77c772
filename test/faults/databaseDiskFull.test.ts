import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  intervals,
  leaseMs,
  startFaultDeployment,
  type FaultDeployment,
} from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { hold, type Hold } from '../support/holdPoints.ts';
import { readLogSoFar } from '../support/logs.ts';
import { linesIn } from '../support/numberedLines.ts';
import { startProxy } from '../support/proxy.ts';
import { smallDisk, type SmallDisk } from '../support/smallDisk.ts';
import { flows, letEnd, startStreaming, writesOn } from '../support/streaming.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { waitFor } from '../support/waitFor.ts';

/** How long the disk is full at least, in milliseconds; a Step writes no more than one line in each. */
const fullMs = 2 * leaseMs;

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let disk: SmallDisk;
beforeAll(async () => {
  const { path } = resources.use(await temporaryFolder());
  disk = resources.use(await smallDisk(path, 320));
  deployment = resources.use(await startFaultDeployment({ postgresFolder: disk.path }));
});
afterAll(() => resources.disposeAsync());

/** A transaction that sees what there was when it began, as a backup does: no page of a table gets room again. */
const backup = () =>
  hold(deployment.sql, async (sql) => {
    await sql`set transaction isolation level repeatable read`;
    await sql`select count(*) from attempts`;
  });
const none = (): Promise<Hold> =>
  Promise.resolve({ release: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve() });

test.each([
  ['no append', none, 'HTTP/1.1 5'],
  ['neither appends nor heartbeats, because of a backup,', backup, 'a heartbeat was not answered'],
] as const)(
  '#29 a database whose disk is full takes %s and costs neither the service nor an Attempt its life: every line is there when it has space',
  async (_what, begin, refusal) => {
    let refused = false;
    await using network = await startProxy(deployment.url, {
      async *answers(data) {
        for await (const piece of data) {
          refused ||= piece.subarray(0, 10).toString('latin1') === 'HTTP/1.1 5';
          yield piece;
        }
      },
    });
    await using runner = deployment.startRunner({ serverUrl: network.url });
    const { execution, attempt } = await startStreaming(deployment);
    using log = followLog(deployment.client, attempt.id);
    await flows(log);

    // So that the tables meet the full disk, and not the journal, without which Postgres would stop: segments that were
    // used are kept for later by a checkpoint.
    for (let segment = 0; segment < 5; segment++) {
      await deployment.sql`select pg_logical_emit_message(true, 'test', 'a journal to be switched')`;
      await deployment.sql`select pg_switch_wal()`;
    }
    await deployment.sql`checkpoint`;
    {
      await using _begun = await begin();
      await disk.fill();
      await waitFor(
        `the refusal: ${refusal}`,
        () => (refusal === 'HTTP/1.1 5' ? refused : runner.output().includes(refusal)),
        { timeoutMs: 20 * intervals.heartbeat + 30_000 },
      );
      const stored = linesIn(await readLogSoFar(deployment.client, attempt.id));
      await writesOn(attempt, fullMs);
      expect([runner.hasExited(), deployment.service.hasExited()]).toEqual([false, false]);
      // A few of the lines may have found room in pages that were there.
      const more = linesIn(await readLogSoFar(deployment.client, attempt.id)) - stored;
      expect(more).toBeLessThan((fullMs * 3) / 4);
      await disk.free();
    }
    await flows(log, 500);
    const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
    expect(logs).toEqual({ stored: written, read: written, faults: [] });
  },
  20 * intervals.heartbeat + 10 * fullMs + 120_000,
);
