import { randomUUID } from 'node:crypto';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { startExecution } from '../actionText.ts';
import type { TestRunner } from '../testRunner.ts';
import type { TestService } from '../testService.ts';
import { ends } from './ends.ts';

/** An Execution with one Job, claimed, and the Runner that claimed it. Disposing takes what is left out of the queue. */
export interface JobOfOne extends AsyncDisposable {
  readonly flotilla: TestService;
  readonly runner: TestRunner;
  readonly runnerName: string;
  readonly held: ClaimedJob;
  /** The Attempt's row, without what its sealing writes. */
  attempt(): Promise<Row>;
  job(): Promise<Row>;
  execution(): Promise<Row>;
}

/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** The queue has to be empty. */
export async function claimJobOfOne(flotilla: TestService): Promise<JobOfOne> {
  const { sql } = flotilla.service;
  const { id: executionId } = await startExecution(flotilla.api);
  const runnerName = randomUUID();
  const runner = await flotilla.connectRunner({ name: runnerName });
  const held = await runner.claimOne();
  return {
    flotilla,
    runner,
    runnerName,
    held,
    attempt: async () => {
      const [row] = await sql<{ row: Row }[]>`
        select to_jsonb(attempts) - array['log_sealed_at', 'log_damage', 'log_object', 'changed_xid'] as row
          from attempts where id = ${held.attemptId}`;
      if (row === undefined) throw new Error(`there is no Attempt ${held.attemptId}`);
      return row.row;
    },
    job: async () => {
      const [row] = await sql<
        { row: Row }[]
      >`select to_jsonb(jobs) as row from jobs where id = ${held.jobId}`;
      if (row === undefined) throw new Error(`there is no Job ${held.jobId}`);
      return row.row;
    },
    execution: async () => {
      const [row] = await sql<
        { row: Row }[]
      >`select to_jsonb(executions) as row from executions where id = ${executionId}`;
      if (row === undefined) throw new Error(`there is no Execution ${executionId}`);
      return row.row;
    },
    [Symbol.asyncDispose]: async () => {
      await flotilla.api.executions.cancel.mutate({ executionId });
      const live = await sql<{ id: string; lease_token: string }[]>`
        select id, lease_token from attempts where job_id = ${held.jobId} and state in ('claimed', 'running')`;
      for (const { id, lease_token: leaseToken } of live)
        await runner.finish({ attemptId: Number(id), leaseToken }, ends.cancelled);
      await runner[Symbol.asyncDispose]();
    },
  };
}
