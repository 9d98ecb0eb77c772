import { env, l10n, UIKind } from 'vscode';
import type { ConnectionState } from './connectionState.ts';

/** The machine that dials: not always the one a person sits at. */
export function dialler(): string {
  if (env.remoteName !== undefined) return l10n.t('the machine of this remote window ({0})', env.remoteName);
  return env.uiKind === UIKind.Web ? l10n.t('this browser') : l10n.t('this computer');
}

/** One sentence about a connection: what it is, and what to do where it is not open. */
export function describeState(state: ConnectionState): string {
  switch (state.kind) {
    case 'unconfigured':
      return l10n.t(
        'This window is not connected to a Flotilla service. Run "Flotilla: Connect to Server…" and paste the connect URL that its start printed.',
      );
    case 'blocked':
      return l10n.t(
        '{0} is another machine and its address is not encrypted. Use an https: address, or set "flotilla.server.allowInsecure".',
        state.address.host,
      );
    case 'signedOut':
      return state.refused
        ? l10n.t(
            '{0} refused the token of this editor: it is unknown there or was revoked. Run "Flotilla: Connect to Server…" with a new connect URL (`npm run token -- pair` prints one).',
            state.address.host,
          )
        : l10n.t(
            'This editor has no token for {0}. Run "Flotilla: Connect to Server…" with a connect URL of that service.',
            state.address.host,
          );
    case 'idle':
      return l10n.t('Connected to {0} when something needs it.', state.address.host);
    case 'connecting':
      return l10n.t('Connecting to {0}, dialled from {1}.', state.address.host, dialler());
    case 'online':
      return l10n.t('Connected to {0} as {1}.', state.address.host, state.server.user.name);
    case 'offline':
      return l10n.t(
        '{0} does not answer, dialled from {1}. Is the service running there (`npm start`)? The extension keeps trying.',
        state.address.host,
        dialler(),
      );
    case 'incompatible':
      return l10n.t(
        'The service at {0} has version {1} and speaks another version of the protocol. Update the older of the two.',
        state.address.host,
        state.serverVersion,
      );
  }
}
