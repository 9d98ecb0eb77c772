import { commands, l10n } from 'vscode';
import { rowCommandIds, type CommandId } from '../contributions/commandIds.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { handleError } from '../platform/errors.ts';
import { tell } from '../platform/messages.ts';
import type { App, CommandHandler } from './app.ts';
import { cancelExecution } from './executions/cancelExecution.ts';
import { cancelJob } from './jobs/cancelJob.ts';
import { checkDrift } from './campaigns/checkDrift.ts';
import { closeCampaign } from './campaigns/closeCampaign.ts';
import { createCampaign } from './campaigns/createCampaign.ts';
import { updateCampaign } from './campaigns/updateCampaign.ts';
import { decide } from './changesets/decide.ts';
import { copyBranchName, copyLink, openInBrowser } from './changesets/links.ts';
import { mergeChangeset } from './changesets/merge.ts';
import { passGate } from './changesets/passGate.ts';
import {
  closeChangeset,
  publishChangeset,
  rebaseChangeset,
  reopenChangeset,
  retryChangeset,
} from './changesets/want.ts';
import { compareAttempts } from './attempts/compareAttempts.ts';
import { connect } from './connection/connect.ts';
import { copyId } from './copyId.ts';
import { copyDiagnostics, showExtensionLog } from './connection/diagnostics.ts';
import { disconnect } from './connection/disconnect.ts';
import { newAction } from './actions/newAction.ts';
import { openAction } from './actions/openAction.ts';
import { openDiff } from './patches/openDiff.ts';
import { pauseExecution, resumeExecution } from './executions/pauseExecution.ts';
import { previewScope } from './actions/previewScope.ts';
import { refresh } from './refresh.ts';
import { rerunAllJobs, rerunFailedJobs, rerunJob } from './executions/rerun.ts';
import { reviewAllChanges } from './patches/reviewAllChanges.ts';
import { reviewChanges } from './patches/reviewChanges.ts';
import { runAction, runOnOneRepository } from './actions/runAction.ts';
import { drainRunner, forgetRunner, resumeClaiming } from './runners/runners.ts';
import { saveLog } from './attempts/saveLog.ts';
import { savePatches } from './patches/savePatches.ts';
import { showJob } from './jobs/showJob.ts';
import { showLog } from './attempts/showLog.ts';
import { showMore } from './showMore.ts';
import { showTimeline } from './attempts/showTimeline.ts';

/** Every declared command has a handler: a missing one does not compile. */
const handlers: Readonly<Record<CommandId, CommandHandler>> = {
  'flotilla.connect': connect,
  'flotilla.disconnect': disconnect,
  'flotilla.newAction': newAction,
  'flotilla.openAction': openAction,
  'flotilla.previewScope': previewScope,
  'flotilla.runAction': runAction,
  'flotilla.runOnOneRepository': runOnOneRepository,
  'flotilla.showLog': showLog,
  'flotilla.saveLog': saveLog,
  'flotilla.showTimeline': showTimeline,
  'flotilla.compareAttempts': compareAttempts,
  'flotilla.reviewChanges': reviewChanges,
  'flotilla.reviewAllChanges': reviewAllChanges,
  'flotilla.openDiff': openDiff,
  'flotilla.savePatches': savePatches,
  'flotilla.cancelExecution': cancelExecution,
  'flotilla.pauseExecution': pauseExecution,
  'flotilla.resumeExecution': resumeExecution,
  'flotilla.rerunFailedJobs': rerunFailedJobs,
  'flotilla.rerunAllJobs': rerunAllJobs,
  'flotilla.rerunJob': rerunJob,
  'flotilla.cancelJob': cancelJob,
  'flotilla.drainRunner': drainRunner,
  'flotilla.resumeClaiming': resumeClaiming,
  'flotilla.forgetRunner': forgetRunner,
  'flotilla.createCampaign': createCampaign,
  'flotilla.updateCampaign': updateCampaign,
  'flotilla.checkDrift': checkDrift,
  'flotilla.closeCampaign': closeCampaign,
  'flotilla.decide': decide,
  'flotilla.passGate': passGate,
  'flotilla.publishChangeset': publishChangeset,
  'flotilla.closeChangeset': closeChangeset,
  'flotilla.reopenChangeset': reopenChangeset,
  'flotilla.retryChangeset': retryChangeset,
  'flotilla.rebaseChangeset': rebaseChangeset,
  'flotilla.mergeChangeset': mergeChangeset,
  'flotilla.openInBrowser': openInBrowser,
  'flotilla.copyLink': copyLink,
  'flotilla.copyBranchName': copyBranchName,
  'flotilla.showJob': showJob,
  'flotilla.copyId': copyId,
  'flotilla.refresh': refresh,
  'flotilla.showMore': showMore,
  'flotilla.showExtensionLog': showExtensionLog,
  'flotilla.copyDiagnostics': copyDiagnostics,
};

/** Registers the commands. While one runs the connection is held; what it throws becomes one sentence. */
export function registerCommands(app: App): Disposable {
  const owned = new Disposables();
  for (const [id, handler] of Object.entries(handlers)) {
    owned.own(
      commands.registerCommand(id, async (...given: unknown[]) => {
        const [argument, others] = given;
        const selected: readonly unknown[] = Array.isArray(others) ? others : [];
        if (given.length > 0 && argument === undefined && rowCommandIds.has(id)) return sayRowIsGone();
        const hold = app.connection.hold();
        try {
          await handler(app, argument, selected);
        } catch (error) {
          await handleError(app.log, error);
        } finally {
          hold.dispose();
        }
      }),
    );
  }
  return owned;
}

/**
 * A menu of a row passes the row. While VS Code draws rows again it does not know them and passes undefined; the command
 * must then not be taken for one of the palette, which asks or takes the active editor: that would be another thing.
 */
function sayRowIsGone(): void {
  void tell(
    'information',
    l10n.t('That row was being updated at the moment of the click. Please click it again.'),
  );
}
