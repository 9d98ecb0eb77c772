import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectUser } from '../../scripts/launch/serviceClient.ts';
import { executionRequest } from '../support/actionText.ts';
import { leaseMs, startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { hold } from '../support/holdPoints.ts';
import { waitFor } from '../support/waitFor.ts';

const repositories = 12;
const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment({ repositories }));
});
afterAll(() => resources.disposeAsync());

test(
  'an Execution whose replica is killed while it resolves the scope gets its Jobs from another replica, once',
  async () => {
    const { sql, replica, client, userToken } = deployment;
    const other = await deployment.startReplica();
    await using survivor = connectUser(other.url, userToken);
    const request = executionRequest();
    // The hold point: the resolution reads the repositories, and nobody gets to them.
    await using held = await hold(sql, (tx) => tx`lock table repositories in access exclusive mode`);
    const asked = client.api.executions.create.mutate(request);
    const lost = asked.then(
      () => 'answered',
      () => 'lost',
    );
    const executionId = await waitFor(
      'the resolution to be under way, and announced',
      async () => {
        const [row] = await sql<{ id: string }[]>`
        select id from executions where resolved_at is null and changed_xid <> 0`;
        return row !== undefined && Number(row.id);
      },
      { timeoutMs: leaseMs + 10_000 },
    );
    await replica.end('SIGKILL');
    expect(await lost).toBe('lost');
    await held.release();
    const execution = await survivor.api.executions.create.mutate(request);
    expect(execution).toMatchObject({ id: executionId, state: 'queued', counts: { queued: repositories } });
    expect(await sql`select actor from audit_events where event = 'execution.started'`).toEqual([
      { actor: 'Ada' },
    ]);
    // The client of the replica that was killed asks again when that one is back, with the same key.
    await replica.startAgain();
    expect((await client.api.executions.create.mutate(request)).id).toBe(executionId);
    expect(await survivor.api.executions.list.query({})).toHaveLength(1);
  },
  2 * leaseMs + 90_000,
);
