import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineLogOf, nothingLeft } from '../support/containers.ts';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { noticesOf, readLog, readLogSoFar } from '../support/logs.ts';
import { hashesOf, linesIn, truth } from '../support/numberedLines.ts';
import { currentAttempt, letGo } from '../support/steps.ts';
import { expectResultOf, flows, linesWritten, startStreaming } from '../support/streaming.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  // The real lease: on a busy machine a runner takes longer to start than a tenth of it.
  deployment = resources.use(
    await startFaultDeployment({ env: { FLOTILLA_LEASE_MS: '30000', FLOTILLA_HEARTBEAT_MS: '5000' } }),
  );
});
afterAll(() => resources.disposeAsync());

/** Shorter than a lease takes to run out and be seen: what comes within it is the restarted runner's doing. */
const againMs = 25_000;

test.each(['has ended by then', 'still runs'] as const)(
  '#2 a runner is killed and restarted within its lease: all that its container wrote is in the log of the lost Attempt, also of one that %s, and the Job runs again',
  async (meanwhile) => {
    const killed = deployment.startRunner();
    const { execution, attempt: lost } = await startStreaming(deployment);
    using log = followLog(deployment.client, lost.id);
    await flows(log);
    await killed.kill();
    const stored = linesIn(await readLogSoFar(deployment.client, lost.id));
    const unread = await waitFor(
      'the container to write on, unread',
      async () => {
        const lines = (await engineLogOf(lost)).match(/^out \d+$/gm)?.length ?? 0;
        return lines > stored + 500 && lines;
      },
      { everyMs: 200 },
    );
    const ended = meanwhile === 'has ended by then';
    if (ended) await letGo(killed, lost);
    const written = ended ? await linesWritten(killed, lost) : undefined;

    await using back = deployment.startRunner({ name: killed.name, stateFolder: killed.stateFolder });
    const attempt = await currentAttempt(deployment, execution, 2, againMs);
    await letGo(back, attempt);
    await waitFor('the reader to be told the end', () => log.ended);
    const records = await readLog(deployment.client, lost.id);
    expect(noticesOf(records)).toContain('The runner was killed while this Attempt ran');
    const lines = { stdout: linesIn(records), stderr: linesIn(records, 'stderr') };
    expect(lines.stdout).toBeGreaterThanOrEqual(unread);
    // One that still ran was killed between two lines, and left no count.
    const truths = {
      stdout: truth(written ?? lines.stdout).stdout,
      stderr: truth(written ?? lines.stderr).stderr,
    };
    expect({ stored: hashesOf(records), read: hashesOf(log.records), faults: log.faults }).toEqual({
      stored: truths,
      read: truths,
      faults: [],
    });
    await expectResultOf(deployment, execution, attempt, ['lost', 'succeeded']);
    await nothingLeft(back);
  },
);
