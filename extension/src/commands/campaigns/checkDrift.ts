import { oneLine } from '@flotilla/shared/text/oneLine';
import { l10n } from 'vscode';
import { liveExecutions } from '../../model/liveExecutions.ts';
import { tell } from '../../platform/messages.ts';
import { withCancellableProgress } from '../../platform/progress.ts';
import type { App } from '../app.ts';
import { campaignOf } from './pickCampaign.ts';

/** Runs the Action of a Campaign again, to see whether anything is left to change. Its row says what comes out. */
export async function checkDrift(app: App, argument: unknown): Promise<void> {
  const campaign = await campaignOf(app, argument, () => true, {
    placeHolder: l10n.t('Check which Campaign for drift?'),
    nothing: l10n.t('There is no Campaign yet. Make one with Create Campaign….'),
  });
  const { executionId } = await withCancellableProgress(l10n.t('Finding the repositories…'), (signal) =>
    app.connection.use((client) =>
      client.campaigns.checkDrift.mutate({ campaignId: campaign.id }, { signal }),
    ),
  );
  if (executionId === null) {
    const name = oneLine(campaign.name);
    void tell('information', l10n.t('{0} is complete: nothing is in its scope any more.', name));
    return;
  }
  const executions = app.model.of(liveExecutions);
  if (executions.get(executionId) === undefined)
    executions.put(await app.connection.use((client) => client.executions.get.query({ executionId })));
  await app.executionsPane.reveal(executionId);
}
