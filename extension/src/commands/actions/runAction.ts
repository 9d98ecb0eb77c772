import { FlotillaError } from '@flotilla/shared/errors';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { targetNames } from '@flotilla/shared/target/targetNames';
import { shortened } from '@flotilla/shared/text/oneLine';
import type { ExecutionView, KeptScopePreview } from '@flotilla/shared/views';
import { liveExecutions } from '../../model/liveExecutions.ts';
import { liveJobs } from '../../model/liveJobs.ts';
import { CancellationError, l10n } from 'vscode';
import { readAction, type ActionText } from '../../authoring/actionText.ts';
import { pickOne } from '../../platform/inputs.ts';
import { tell } from '../../platform/messages.ts';
import type { App } from '../app.ts';
import { actionUriOf } from './pickAction.ts';
import { confirmScope, settledScope } from './confirmScope.ts';
import { openPreview, previewedScope } from './previewScope.ts';
import { resolveScope } from './resolveScope.ts';
import { startExecution } from '../executions/startExecution.ts';

/** Characters of a query that leave room for what is said of it. */
const queryCharacters = 250;

/**
 * Runs an Action over its whole scope, after a question that says how many repositories that is; from the document of a
 * preview what that shows, without another question.
 */
export async function runAction(app: App, argument: unknown): Promise<void> {
  const previewed = await previewedScope(app, argument);
  if (previewed !== undefined) {
    const { action, scope } = previewed;
    return scope.targets.length === 0 ? refuseEmptyScope(app, action, scope) : run(app, action, scope);
  }
  const action = await readAction(await actionUriOf(app, argument, l10n.t('Run which Action?')));
  const preview = await resolveScope(app, action);
  if (preview.targets.length === 0) return refuseEmptyScope(app, action, preview);
  await confirmScope(app, action, preview);
  await run(app, action, preview);
}

/** Runs an Action on one repository of its scope, to see whether it does what it should. */
export async function runOnOneRepository(app: App, argument: unknown): Promise<void> {
  const action = await readAction(await actionUriOf(app, argument, l10n.t('Run which Action?')));
  const preview = await resolveScope(app, action);
  if (preview.targets.length === 0) return refuseEmptyScope(app, action, preview);
  const nameOf = targetNames(preview.targets);
  const chosen = await pickOne(
    preview.targets.map((target) => ({
      label: nameOf(target),
      description: branchOf(target.baseRef),
      value: target.repositoryId,
    })),
    { placeHolder: l10n.t('Run {0} on which repository?', action.definition.name) },
  );
  if (chosen === undefined) throw new CancellationError();
  await show(app, await startExecution(app, action, { scopeId: preview.id, repositories: [chosen] }));
}

/** Runs what a person has confirmed, or what they choose when it has changed since. */
async function run(app: App, action: ActionText, confirmed: KeptScopePreview): Promise<void> {
  const { id } = await settledScope(app, action, confirmed);
  await show(app, await startExecution(app, action, { scopeId: id, repositories: null }));
}

/** A person who starts an Action that matches nothing is told why, and sees the whole list when they want. */
async function refuseEmptyScope(app: App, action: ActionText, preview: KeptScopePreview): Promise<void> {
  if (preview.leftOut.length === 0) {
    throw new FlotillaError(
      'scope.empty',
      l10n.t(
        'The service knows no repository: it is started with FLOTILLA_REPOSITORIES set to a folder of git repositories.',
      ),
    );
  }
  const show = l10n.t('Preview Scope');
  const answer = await tell(
    'warning',
    l10n.t(
      'No repository matches "{0}"; {1} are left out. Nothing was started.',
      shortened(preview.query, queryCharacters),
      preview.leftOut.length,
    ),
    show,
  );
  if (answer === show) await openPreview(app, action, preview);
}

async function show(app: App, execution: ExecutionView): Promise<void> {
  const executions = app.model.of(liveExecutions);
  // Where the feed has named it already, it has said more.
  if (executions.get(execution.id) === undefined) executions.put(execution);
  await app.model.of(liveJobs).whileHeld(execution.id, () => app.executionsPane.reveal(execution.id));
}
