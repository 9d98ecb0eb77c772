import { listTopic } from '../feed/topic.ts';
import { selectQueue } from './queries/selectQueue.ts';

/** How much there is to do: one row. */
export const queueTopic = listTopic({
  name: 'queue',
  select: async (sql, leaseMs) => [await selectQueue(sql, leaseMs)],
  look: (queue) => queue,
  repositoryOf: () => null,
  view: (queue) => queue,
});
