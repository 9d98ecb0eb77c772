import { liveCampaigns } from '../model/liveCampaigns.ts';
import { liveExecutions } from '../model/liveExecutions.ts';
import { nodeOf } from '../views/nodes.ts';
import type { App } from './app.ts';

/** Shows the next page of Executions, of the Jobs of one, or of Campaigns. */
export async function showMore(app: App, argument: unknown): Promise<void> {
  const node = nodeOf(argument, 'moreExecutions', 'moreJobs', 'moreCampaigns');
  if (node?.kind === 'moreExecutions') await app.model.of(liveExecutions).loadMore();
  if (node?.kind === 'moreCampaigns') await app.model.of(liveCampaigns).loadMore();
  if (node?.kind === 'moreJobs') app.executionsTree.showMoreJobs(node.executionId);
}
