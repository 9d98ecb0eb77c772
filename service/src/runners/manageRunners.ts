import { FlotillaError } from '@flotilla/shared/errors';
import type { RunnerJobView, RunnerView } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Config } from '../config.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { canSee } from '../repositories/canSee.ts';
import { forgetRunner } from './queries/forgetRunner.ts';
import { requestDrain } from './queries/requestDrain.ts';
import { selectRunnerJobs } from './queries/selectRunnerJobs.ts';
import { selectRunners } from './queries/selectRunners.ts';

interface RunnersContext {
  readonly sql: Sql;
  readonly hints: Hints;
  readonly config: Config;
}

/** All Runners that nobody has forgotten. */
export function listRunners({ sql, config }: RunnersContext): Promise<RunnerView[]> {
  return selectRunners(sql, config.leaseMs);
}

/**
 * What a Runner works on now, as far as the user may see it, in the order of its claims. Empty for one that there is not.
 */
export async function listRunnerJobs(
  { sql }: RunnersContext,
  user: User,
  runnerId: string,
): Promise<RunnerJobView[]> {
  const jobs = await selectRunnerJobs(sql, runnerId);
  return jobs.filter((job) => canSee(user, { id: job.repositoryId }));
}

/** Lets a Runner finish what it has and claim nothing more, or claim again. Doing so again changes nothing. */
export async function drainRunner(
  context: RunnersContext,
  user: User,
  runnerId: string,
  drain: boolean,
): Promise<void> {
  const found = await requestDrain(context.sql, runnerId, drain, user.name);
  if (!found) throw noRunner();
  context.hints.publish('changes');
  if (!drain) context.hints.publish('queue');
}

/** Takes a Runner that is gone out of the list. Refused while it is online. A new hello of it brings it back. */
export async function forget(context: RunnersContext, user: User, runnerId: string): Promise<void> {
  const found = await forgetRunner(context.sql, runnerId, context.config.leaseMs, user.name);
  if (found === undefined) throw noRunner();
  if (found.online) {
    throw new FlotillaError(
      'request.conflict',
      `Runner ${found.name} is online: stop it first, or drain it so that it takes no more jobs.`,
    );
  }
  context.hints.publish('changes');
}

function noRunner(): FlotillaError {
  return new FlotillaError('notFound', 'There is no such runner: refresh the list.');
}
