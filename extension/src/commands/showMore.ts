import { nodeOf } from '../views/nodes.ts';
import type { App } from './app.ts';

/** Shows the next page of Executions, or of the Jobs of one. */
export async function showMore(app: App, argument: unknown): Promise<void> {
  const node = nodeOf(argument, 'more');
  if (node === undefined) return;
  if (node.executionId === null) await app.model.showMore();
  else app.executionsTree.showMoreJobs(node.executionId);
}
