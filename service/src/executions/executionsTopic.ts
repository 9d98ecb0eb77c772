import { rowTopic } from '../feed/topic.ts';
import { executionView } from './executionView.ts';
import { selectExecutions } from './queries/selectExecutions.ts';

/** Executions with the counts of their Jobs, newest first. */
export const executionsTopic = rowTopic({
  name: 'executions',
  table: 'executions',
  listedBy: null,
  newestFirst: true,
  gone: { table: 'removed_executions', id: 'execution_id' },
  // Finishing a Job touches no row of its Execution, whose counts are other ones all the same. An array, so that both
  // sides of the "or" that this becomes a part of are looked up by their indexes.
  changedWith: {
    topic: 'jobs',
    rows: (sql, from) =>
      sql`executions.id = any(array(select execution_id from jobs where changed_xid >= ${from}))`,
  },
  select: (sql, condition, limit) => selectExecutions(sql, condition, limit),
  repositoryOf: () => null,
  view: (row, user) => executionView(row, user.id),
});
