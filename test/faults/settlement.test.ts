import { afterAll, beforeAll, expect, test } from 'vitest';
import { executionRequest } from '../support/actionText.ts';
import { leaseMs, startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { hold, waitForBlocked } from '../support/holdPoints.ts';
import { connectRunner } from '../support/testRunner.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment({ repositories: 1 }));
});
afterAll(() => resources.disposeAsync());

/** Ends the only Job of an Execution, and kills the replica that was told so before it can mark the end. */
async function killBeforeSettlement(): Promise<number> {
  const { sql, client, replica, runnerToken } = deployment;
  const { id: executionId } = await client.api.executions.create.mutate(executionRequest());
  const runner = await connectRunner({ serverUrl: replica.url, token: runnerToken });
  const job = await runner.claimOne();
  // The hold point: whoever looks for the end waits for the Execution's row.
  await using held = await hold(sql, (tx) => tx`select from executions where id = ${executionId} for update`);
  await runner.succeed(job);
  await waitFor('the replica to be about to mark the end', async () => {
    const [row] = await sql`
      select from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and query like '%with over as materialized%'`;
    return row !== undefined;
  });
  await replica.end('SIGKILL');
  await runner[Symbol.asyncDispose]();
  // What the server was still asked for by the dead process dies with it.
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query like '%with over as materialized%'`;
  await waitForBlocked(sql, 0);
  expect(
    await sql`select state, end_number, executions.ended_at from executions join jobs on execution_id = executions.id
                    where executions.id = ${executionId}`,
  ).toEqual([{ state: 'succeeded', end_number: 0, ended_at: null }]);
  await held.release();
  return executionId;
}

/** Waits until the end is marked and all that it owes is done; answers how often it was. */
async function endsOf(executionId: number): Promise<number> {
  const { sql } = deployment;
  await waitFor(
    'the end to be marked',
    async () => {
      const rows = await sql`select from executions where id = ${executionId} and ended_at is not null`;
      return rows.length > 0;
    },
    { timeoutMs: leaseMs + 30_000 },
  );
  await waitFor('nothing to be owed', async () => (await sql`select from work`).length === 0);
  const [row] = await sql<
    { ends: number }[]
  >`select end_number as ends from executions where id = ${executionId}`;
  return row?.ends ?? Number.NaN;
}

test(
  '+ a replica is killed between the end of the last Job and that of its Execution, and is back: it marks the end, once',
  async () => {
    const executionId = await killBeforeSettlement();
    await deployment.replica.startAgain();
    expect(await endsOf(executionId)).toBe(1);
  },
  2 * leaseMs + 90_000,
);

test(
  '+ the same, and it stays away: another replica marks the end, once',
  async () => {
    await deployment.startReplica();
    const executionId = await killBeforeSettlement();
    expect(await endsOf(executionId)).toBe(1);
    await deployment.replica.startAgain();
    expect(await endsOf(executionId)).toBe(1);
  },
  2 * leaseMs + 90_000,
);
