import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Connections } from '../../service/src/db/database.ts';
import type { RunnerOfDeployment } from '../support/deployment.ts';
import { startFaultDeployment, statementMs, type FaultDeployment } from '../support/faultDeployment.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { waitFor } from '../support/waitFor.ts';

/** Silence after which a connection is dropped, one look at it, and what a claim, a container and an end take. */
const boundMs = 1.3 * statementMs + 20_000;

/** Jobs of the Execution. */
const total = 12;

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
let runner: RunnerOfDeployment;
let network: Proxy;
/** Past the network, so that the test sees what is stored. */
let seen: Connections;
beforeAll(async () => {
  deployment = resources.use(
    await startFaultDeployment({
      repositories: total,
      env: { FLOTILLA_STATEMENT_MS: String(statementMs) },
      before: async (url) => {
        network = resources.use(await startProxy(url));
        return network.url;
      },
    }),
  );
  seen = resources.use(connect(deployment.postgres.url, { max: 1 }));
  runner = deployment.startRunner({ capacity: 2 });
});
afterAll(() => resources.disposeAsync());

async function succeeded(): Promise<number> {
  const [row] = await seen.sql<{ count: number }[]>`
    select count(*)::int from jobs where state = 'succeeded'`;
  return row?.count ?? 0;
}

test('+ connections to Postgres fall silent while Jobs are claimed and end: the replica drops them, and Jobs go on', async () => {
  const execution = await deployment.startScript('repo:', 'echo done');
  await waitFor('Jobs to end', async () => (await succeeded()) >= 2);
  for (const time of ['first', 'second']) {
    const silent = network.connections;
    const before = await succeeded();
    network.freeze();
    // Two ran already, and their ends may have been on their way; the others must be claimed.
    await waitFor(
      `more Jobs to end after the ${time} silence`,
      async () => (await succeeded()) >= Math.min(before + 3, total),
      { timeoutMs: boundMs },
    );
    expect(silent.length).toBeGreaterThan(0);
  }
  await waitFor('all Jobs to end', async () => (await succeeded()) === total);
  expect((await deployment.ended(execution)).execution).toMatchObject({ state: 'succeeded' });
  expect([runner.hasExited(), deployment.service.hasExited()]).toEqual([false, false]);
});
