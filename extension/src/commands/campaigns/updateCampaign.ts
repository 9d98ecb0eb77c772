import type { CampaignUpdateView, UpdateRowView } from '@flotilla/shared/campaign/campaignUpdate';
import type { CampaignView } from '@flotilla/shared/campaign/views';
import { isExecutionEnded } from '@flotilla/shared/lifecycle/executionState';
import { targetNames } from '@flotilla/shared/target/targetNames';
import { oneLine } from '@flotilla/shared/text/oneLine';
import type { ExecutionView } from '@flotilla/shared/views';
import { CancellationError, l10n } from 'vscode';
import { updateRowText, updateSummary, updateText } from '../../campaigns/updateText.ts';
import { liveCampaigns } from '../../model/liveCampaigns.ts';
import { liveExecutions } from '../../model/liveExecutions.ts';
import { askInSteps } from '../../platform/askInSteps.ts';
import type { Choice, Heading } from '../../platform/inputs.ts';
import { ask, tell } from '../../platform/messages.ts';
import { withCancellableProgress } from '../../platform/progress.ts';
import { askTextStep, pickStep } from '../../platform/stepBoxes.ts';
import { nodeOf } from '../../views/nodes.ts';
import { executionText } from '../../views/rowText.ts';
import { statuses } from '../../views/status.ts';
import type { App } from '../app.ts';
import { choose } from '../choose.ts';
import { reasonProblem } from './campaignSteps.ts';
import { executionOfReview } from './createCampaign.ts';
import { chooseCampaign } from './pickCampaign.ts';
import { openUpdateDiff } from './openUpdateDiff.ts';

/** Updates a Campaign from an Execution of its Action: shows what that does, and applies exactly that. */
export async function updateCampaign(app: App, argument: unknown): Promise<void> {
  const { campaign, execution } = await whichUpdate(app, argument);
  const wanted = { campaignId: campaign.id, executionId: execution.id };
  const update = await withCancellableProgress(l10n.t('Comparing the Patches…'), (signal) =>
    app.connection.use((client) => client.campaigns.previewUpdate.query(wanted, { signal })),
  );
  const heading = { name: campaign.name, execution: `${execution.actionName} #${execution.id}` };
  await app.campaignDocuments.show(l10n.t('{0} update', campaign.name), updateText(update, heading));
  const partialReason = await confirm(app, campaign, update);
  const closeMany = update.closesMany && (await confirmClosing(update));
  const applied = await app.connection.use((client) =>
    client.campaigns.update.mutate({ ...wanted, digest: update.digest, partialReason, closeMany }),
  );
  await app.campaignsPane.reveal(campaign.id);
  void tell(
    'information',
    l10n.t(
      '{0} is updated: {1} created, {2} updated, {3} closed.',
      oneLine(campaign.name),
      applied.created,
      applied.updated,
      applied.closed,
    ),
  );
}

/** A Campaign and an Execution of its Action that is not older than what it has. */
async function whichUpdate(
  app: App,
  argument: unknown,
): Promise<{ readonly campaign: CampaignView; readonly execution: ExecutionView }> {
  const campaigns = (await app.model.of(liveCampaigns).load()).filter(({ closedAt }) => closedAt === null);
  const node = nodeOf(argument, 'campaign');
  const given = campaigns.find(({ id }) => id === node?.campaignId);
  if (given !== undefined) return { campaign: given, execution: await executionFor(app, given) };
  const execution = await executionOfReview(app, argument, l10n.t('Update a Campaign from which Execution?'));
  const fitting = campaigns.filter(({ actionId }) => actionId === execution.actionId);
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) return { campaign: only, execution };
  const campaign = await chooseCampaign(app, fitting, {
    placeHolder: l10n.t('Update which Campaign of {0}?', execution.actionName),
    nothing: l10n.t(
      'There is no open Campaign of the Action {0}. Make one with Create Campaign….',
      oneLine(execution.actionName),
    ),
  });
  return { campaign, execution };
}

async function executionFor(app: App, campaign: CampaignView): Promise<ExecutionView> {
  const executions = (await app.model.of(liveExecutions).load()).filter(
    ({ id, actionId, state }) =>
      actionId === campaign.actionId && id >= campaign.executionId && isExecutionEnded(state),
  );
  const now = app.model.serverTime;
  return choose(
    executions.map((execution) => ({
      label: `${execution.actionName} #${execution.id}`,
      icon: statuses[execution.state].icon,
      description: executionText(execution, now),
      value: execution,
    })),
    l10n.t('Update {0} from which Execution?', campaign.name),
    l10n.t('No Execution of the Action {0} has ended since. Run it again.', oneLine(campaign.actionName)),
  );
}

/** What a person answers to the preview of an update. */
interface Answers {
  readonly apply: boolean;
  readonly partialReason: string | null;
}

/** Asks whether the update is meant, for as long as a person looks at parts of it; answers why it may be partial. */
async function confirm(app: App, campaign: CampaignView, update: CampaignUpdateView): Promise<string | null> {
  const answers = await askInSteps<Answers>(
    l10n.t('Update {0}', campaign.name),
    [
      {
        async ask(values, place) {
          for (;;) {
            const came = await pickStep(
              place,
              updateChoices(update),
              l10n.t('The editor below shows what it does, and why'),
            );
            if (came === undefined || came === 'back') return came;
            if (came.answer === 'apply') return { answer: { ...values, apply: true } };
            await openUpdateDiff(app, update, came.answer);
          }
        },
      },
      {
        isAsked: () => update.missing > 0,
        async ask(values, place) {
          const came = await askTextStep(place, {
            value: values.partialReason ?? '',
            prompt: l10n.t(
              '{0} repositories have no result. Why are the others updated without them?',
              update.missing,
            ),
            problemOf: reasonProblem,
          });
          return came === undefined || came === 'back'
            ? came
            : { answer: { ...values, partialReason: came.answer.trim() } };
        },
      },
    ],
    { apply: false, partialReason: null },
  );
  if (answers === undefined || !answers.apply) throw new CancellationError();
  return answers.partialReason;
}

function updateChoices(update: CampaignUpdateView): (Choice<UpdateRowView | 'apply'> | Heading)[] {
  const nameOf = targetNames(update.rows);
  const changing = update.rows.filter(({ after, action }) => after !== null && action !== 'untouched');
  return [
    {
      icon: 'check',
      label: update.missing === 0 ? l10n.t('Apply Update') : l10n.t('Continue'),
      description: updateSummary(update),
      value: 'apply',
    },
    ...(changing.length === 0 ? [] : [{ heading: l10n.t('Look at what changes') }]),
    ...changing.map((row) => ({
      icon: row.action === 'create' ? 'diff-added' : 'diff',
      label: nameOf(row),
      description: updateRowText(row),
      value: row,
    })),
  ];
}

/** Closing many waits for a person, whatever else was confirmed. */
async function confirmClosing({ rows }: CampaignUpdateView): Promise<boolean> {
  const closing = rows.filter(({ action }) => action === 'closeAndDetach');
  const close = l10n.t('Update, and Close {0}', closing.length);
  const answer = await ask(
    'warning',
    {
      sentence: l10n.t('This update closes {0} Changesets. Is that meant?', closing.length),
      detail: l10n.t(
        'Their pull requests and branches are closed, because there is nothing to change any more or they are not in the scope any more.',
      ),
    },
    close,
  );
  if (answer !== close) throw new CancellationError();
  return true;
}
