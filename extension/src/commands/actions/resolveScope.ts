import type { KeptScopePreview } from '@flotilla/shared/views';
import { l10n } from 'vscode';
import type { ActionText } from '../../authoring/actionText.ts';
import { refusalOf } from '../../connection/client.ts';
import { withCancellableProgress } from '../../platform/progress.ts';
import type { App } from '../app.ts';
import { reportScans } from './reportScans.ts';

/**
 * Asks the service what an Action's scope matches now: its repositories are looked at again before that. The service keeps it
 * for a while, so that what a person sees is what runs.
 */
export async function resolveScope(app: App, action: ActionText): Promise<KeptScopePreview> {
  const query = action.definition.scopeQuery;
  return withCancellableProgress(
    l10n.t('Resolving the scope of {0}', action.definition.name),
    (signal, report) =>
      app.connection.use(async (client) => {
        report(l10n.t('looking for new commits…'));
        const looked = new AbortController();
        void reportScans(client, report, looked.signal);
        try {
          await client.repositories.sync.mutate(undefined, { signal });
        } catch (error) {
          // A reader may look, and sees the repositories as they were synced last.
          if (refusalOf(error)?.code !== 'role.refused') throw error;
        } finally {
          looked.abort();
        }
        report(l10n.t('searching…'));
        return client.scopes.preview.query({ query }, { signal });
      }),
  );
}
