import { ConfigurationTarget, l10n, workspace } from 'vscode';
import { readSetting, settingsSection } from '../../contributions/settings.ts';
import { tell } from '../../platform/messages.ts';
import type { App } from '../app.ts';

/** Forgets the service and this editor's token for it. */
export async function disconnect(app: App, _argument: unknown): Promise<void> {
  const { state } = app.connection;
  if ('address' in state) await app.tokens.forget(state.address.origin);
  const configuration = workspace.getConfiguration(settingsSection);
  await configuration.update('server.url', undefined, ConfigurationTarget.Global);
  await app.connection.reconsider();
  if (readSetting('server.url') !== '') {
    void tell(
      'information',
      l10n.t(
        'The token is forgotten. The settings of this workspace still name {0}.',
        readSetting('server.url'),
      ),
    );
  }
}
