import { FlotillaError } from '@flotilla/shared/errors';
import type { ExecutionView } from '@flotilla/shared/views';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import { listRows } from '../feed/listRows.ts';
import { executionView } from './executionView.ts';
import { executionsTopic } from './executionsTopic.ts';
import { selectExecutions } from './queries/selectExecutions.ts';

/** The newest Executions first. */
export async function listExecutions(sql: Sql, user: User, limit: number): Promise<readonly ExecutionView[]> {
  const { rows } = await listRows(sql, executionsTopic, user, { of: undefined, after: undefined, limit });
  return rows;
}

/** One Execution. */
export async function getExecution(sql: Sql, userId: number, executionId: number): Promise<ExecutionView> {
  const [row] = await selectExecutions(sql, sql`id = ${executionId}`, 1);
  if (row === undefined) throw new FlotillaError('notFound', `There is no execution ${executionId}.`);
  return executionView(row, userId);
}
