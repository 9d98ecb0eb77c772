import { FlotillaError } from '@flotilla/shared/errors';
import { branchOf } from '@flotilla/shared/target/branchOf';
import { targetNames } from '@flotilla/shared/target/targetNames';
import { oneLine, shortened } from '@flotilla/shared/text/oneLine';
import type { ExecutionView, ScopePreview } from '@flotilla/shared/views';
import { CancellationError, l10n } from 'vscode';
import { readAction, type ActionText } from '../../authoring/actionText.ts';
import { pickOne } from '../../platform/inputs.ts';
import { ask, tell } from '../../platform/messages.ts';
import type { App } from '../app.ts';
import { actionUriOf } from './pickAction.ts';
import { openPreview } from './previewScope.ts';
import { resolveScope } from './resolveScope.ts';
import { startExecution } from '../executions/startExecution.ts';

/** So many names fit into a question. */
const shownNames = 10;
/** So many characters of each. */
const nameCharacters = 120;
/** Characters of a query that leave room for what is said of it. */
const queryCharacters = 250;

/** Runs an Action over its whole scope, after a question that says how many repositories that is. */
export async function runAction(app: App, argument: unknown): Promise<void> {
  const action = await readAction(await actionUriOf(app, argument, l10n.t('Run which Action?')));
  const preview = await resolveScope(app, action);
  if (preview.targets.length === 0) return refuseEmptyScope(app, action, preview);
  await confirm(app, action, preview);
  await show(app, await startExecution(app, action, null));
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
  await show(app, await startExecution(app, action, [chosen]));
}

async function confirm(
  app: App,
  action: ActionText,
  { targets, leftOut, query }: ScopePreview,
): Promise<void> {
  const count = targets.length;
  const run = count === 1 ? l10n.t('Run on 1 Repository') : l10n.t('Run on {0} Repositories', count);
  const preview = l10n.t('Preview Scope');
  const nameOf = targetNames(targets);
  const names = targets
    .slice(0, shownNames)
    .map((target) => shortened(oneLine(nameOf(target)), nameCharacters));
  const more = count - names.length;
  const name = oneLine(action.definition.name);
  const answer = await ask(
    'information',
    {
      sentence:
        count === 1
          ? l10n.t('Run {0} on 1 repository?', name)
          : l10n.t('Run {0} on {1} repositories?', name, count),
      detail: [
        [...names, ...(more > 0 ? [l10n.t('and {0} more', more)] : [])].join(', '),
        ...(leftOut.length > 0
          ? [
              leftOut.length === 1
                ? l10n.t('1 other repository is left out.')
                : l10n.t('{0} other repositories are left out.', leftOut.length),
            ]
          : []),
      ].join('\n\n'),
    },
    run,
    preview,
  );
  if (answer === preview) await openPreview(app, action, { targets, leftOut, query });
  if (answer !== run) throw new CancellationError();
}

/** A person who starts an Action that matches nothing is told why, and sees the whole list when they want. */
async function refuseEmptyScope(app: App, action: ActionText, preview: ScopePreview): Promise<void> {
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
  app.model.take(execution);
  await app.model.loadJobs(execution.id);
  await app.executionsPane.reveal(execution.id);
}
