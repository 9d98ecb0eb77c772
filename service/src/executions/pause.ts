import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { Admission } from '../jobs/admission.ts';
import { pauseExecution } from './queries/pauseExecution.ts';
import { resumeExecution } from './queries/resumeExecution.ts';

interface PauseContext {
  readonly sql: Sql;
  readonly hints: Hints;
  readonly admission: Admission;
}

/**
 * Starts no further Job of an Execution; those that run go on. Doing so again changes nothing. A Job that comes back to the
 * queue at this moment is held by the next look of the admission.
 */
export async function pauseJobs(context: PauseContext, user: User, executionId: number): Promise<void> {
  if (!(await pauseExecution(context.sql, executionId, user.name))) throw noExecution(executionId);
  await context.admission.admit(executionId);
  context.hints.publish('changes');
}

/** Starts the Jobs of a paused Execution again. Doing so again changes nothing. */
export async function resumeJobs(context: PauseContext, user: User, executionId: number): Promise<void> {
  const found = await resumeExecution(context.sql, executionId, user.name);
  if (found === undefined) throw noExecution(executionId);
  context.admission.look(executionId);
  context.hints.publish('changes');
}

function noExecution(executionId: number): FlotillaError {
  return new FlotillaError('notFound', `There is no execution ${executionId}.`);
}
