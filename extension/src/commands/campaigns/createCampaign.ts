import { isExecutionEnded } from '@flotilla/shared/lifecycle/executionState';
import { CancellationError, l10n } from 'vscode';
import type { ExecutionView } from '@flotilla/shared/views';
import { untilAnswered } from '../../connection/untilAnswered.ts';
import { liveCampaigns } from '../../model/liveCampaigns.ts';
import { liveExecutions } from '../../model/liveExecutions.ts';
import { askInSteps } from '../../platform/askInSteps.ts';
import type { App } from '../app.ts';
import { executionOf } from '../executions/pickExecution.ts';
import { proposedDraft, templateOf } from './campaignDraft.ts';
import { campaignSteps } from './campaignSteps.ts';

/** Makes a Campaign of an Execution that has ended: asks what it says, shows what that becomes, and creates it. */
export async function createCampaign(app: App, argument: unknown): Promise<void> {
  const execution = await executionOfReview(app, argument, l10n.t('Create a Campaign of which Execution?'));
  const campaigns = app.model.of(liveCampaigns);
  const taken = (await campaigns.load()).map(({ name }) => name);
  if (app.catalogue.find(execution.actionId) === undefined) await app.catalogue.refresh();
  const { description = '' } = app.catalogue.find(execution.actionId) ?? {};
  const draft = await askInSteps(
    l10n.t('Create Campaign of {0} #{1}', execution.actionName, execution.id),
    campaignSteps(app, execution, taken),
    proposedDraft({ name: execution.actionName, description }, taken),
  );
  if (draft === undefined) throw new CancellationError();
  const campaign = {
    requestKey: crypto.randomUUID(),
    executionId: execution.id,
    name: draft.name.trim(),
    description: draft.description,
    template: templateOf(draft),
    partialReason: draft.partialReason,
  };
  const { campaignId } = await untilAnswered(app.connection, (client) =>
    client.campaigns.create.mutate(campaign),
  );
  if (campaigns.get(campaignId) === undefined) await campaigns.refresh();
  await app.campaignsPane.reveal(campaignId);
}

/** The Execution of a row, of the review in front, or a choice among those that have ended with a change. */
export function executionOfReview(app: App, argument: unknown, placeHolder: string): Promise<ExecutionView> {
  const executionId = app.reviewTabs.inFront;
  const inFront = executionId === undefined ? undefined : app.model.of(liveExecutions).get(executionId);
  return executionOf(
    app,
    inFront === undefined ? argument : (rowOf(argument) ?? { kind: 'execution', executionId: inFront.id }),
    ({ state, changed }) => isExecutionEnded(state) && changed > 0,
    placeHolder,
  );
}

/** What a row passed; the title of an editor passes its address. */
function rowOf(argument: unknown): unknown {
  return typeof argument === 'object' && argument !== null && 'kind' in argument ? argument : undefined;
}
