import type { ExecutionView } from '@flotilla/shared/views';
import type { ActionText } from '../../authoring/actionText.ts';
import { refusalOf, type FlotillaClient } from '../../connection/client.ts';
import type { App } from '../app.ts';
import { baseVersionOf, decide } from '../actions/baseVersion.ts';

/** What an Execution is made of: a scope that the service keeps, or some repositories of it. */
export interface ScopeToRun {
  readonly scopeId: string;
  /** Ids of its repositories; null takes all of it. */
  readonly repositories: number[] | null;
}

/**
 * Saves an Action's text as a version and starts an Execution of it. Asks where
 * somebody else saved another version meanwhile.
 */
export async function startExecution(
  app: App,
  action: ActionText,
  scope: ScopeToRun,
): Promise<ExecutionView> {
  return app.connection.use(async (client) => {
    // One key for all tries: whatever is cut or repeated, one Execution comes of it.
    const requestKey = crypto.randomUUID();
    let baseVersion = await baseVersionOf(app, client, action);
    for (;;) {
      try {
        const execution = await client.executions.create.mutate({
          requestKey,
          fileName: action.fileName,
          text: action.text,
          baseVersion,
          origin: action.origin,
          ...scope,
        });
        await remember(app, action, execution);
        return execution;
      } catch (error) {
        const latest = await conflictIn(client, error);
        if (latest === undefined) throw error;
        baseVersion = await decide(action, latest);
      }
    }
  });
}

async function conflictIn(client: FlotillaClient, error: unknown) {
  const refusal = refusalOf(error);
  const actionId = refusal?.details['actionId'];
  if (refusal?.code !== 'action.conflict' || typeof actionId !== 'number') return undefined;
  return client.actions.get.query({ actionId });
}

async function remember(app: App, action: ActionText, execution: ExecutionView): Promise<void> {
  if (action.kept !== undefined) return;
  await app.baseVersions.set(app.origin(), action.definition.name, action.uri, execution.actionVersion);
}
