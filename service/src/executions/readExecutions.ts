import { FlotillaError } from '@flotilla/shared/errors';
import type { ExecutionView } from '@flotilla/shared/views';
import type { Sql } from '../db/database.ts';
import { executionView } from './executionView.ts';
import { selectExecutions } from './queries/selectExecutions.ts';

/** The newest Executions first. */
export async function listExecutions(sql: Sql, userId: number, limit: number): Promise<ExecutionView[]> {
  const rows = await selectExecutions(sql, sql`true`, limit);
  return rows.map((row) => executionView(row, userId));
}

/** One Execution. */
export async function getExecution(sql: Sql, userId: number, executionId: number): Promise<ExecutionView> {
  const [row] = await selectExecutions(sql, sql`id = ${executionId}`, 1);
  if (row === undefined) throw new FlotillaError('notFound', `There is no execution ${executionId}.`);
  return executionView(row, userId);
}
