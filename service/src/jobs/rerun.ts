import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { Admission } from './admission.ts';
import { rerunJobs, type RerunScope } from './queries/rerunJobs.ts';
import { notThere, requireVisible } from './requireVisible.ts';

interface RerunContext {
  readonly sql: Sql;
  readonly hints: Hints;
  readonly admission: Admission;
}

/** Runs one Job again. Refused while it lives, unless a call with the same key has rerun it. */
export async function rerunJob(
  context: RerunContext,
  user: User,
  jobId: number,
  requestKey: string | null,
): Promise<void> {
  const { sql } = context;
  await requireVisible(sql, user, { jobId });
  const rerun = await rerunJobs(sql, { jobId }, { requestKey, by: user.name });
  if (rerun === undefined) throw await refusalOf(sql, jobId);
  announce(context, [rerun.executionId]);
}

/**
 * Runs the ended Jobs of an Execution again; returns how many. Those that live are left alone. The same
 * key is the same rerun, with the same answer.
 */
export async function rerunExecution(
  context: RerunContext,
  user: User,
  executionId: number,
  scope: RerunScope,
  requestKey: string | null,
): Promise<number> {
  const { sql } = context;
  const rerun = await rerunJobs(sql, { executionId, scope }, { requestKey, by: user.name });
  if (rerun === undefined) throw await nothingToRerun(sql, executionId, scope);
  announce(context, [executionId]);
  return rerun.jobs;
}

function announce({ hints, admission }: RerunContext, executionIds: readonly number[]): void {
  for (const executionId of executionIds) admission.look(executionId);
  hints.publish('queue');
  hints.publish('changes');
}

async function refusalOf(sql: Sql, jobId: number): Promise<FlotillaError> {
  const [job] = await sql<{ state: string }[]>`select state from jobs where id = ${jobId}`;
  return job === undefined
    ? notThere({ jobId })
    : new FlotillaError(
        'request.conflict',
        `Job ${jobId} is ${job.state}: it can be rerun once it has ended. Cancel it first if it should start anew.`,
      );
}

async function nothingToRerun(sql: Sql, executionId: number, scope: RerunScope): Promise<FlotillaError> {
  const found = await sql`select from executions where id = ${executionId}`;
  if (found.length === 0) return new FlotillaError('notFound', `There is no execution ${executionId}.`);
  const what = scope === 'all' ? 'ended' : 'failed, timed out, errored or been cancelled';
  return new FlotillaError('request.conflict', `No job of execution ${executionId} has ${what} yet.`);
}
