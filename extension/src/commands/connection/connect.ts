import { FlotillaError, messageOf } from '@flotilla/shared/errors';
import { CancellationError, ConfigurationTarget, env, l10n, workspace } from 'vscode';
import { openSocket, type Socket } from '../../connection/client.ts';
import { dialler } from '../../connection/describe.ts';
import { probe } from '../../connection/probe.ts';
import { parseConnectText, type ServerAddress } from '../../connection/serverAddress.ts';
import { readSetting, settingsSection } from '../../contributions/settings.ts';
import { onDispose } from '../../platform/disposables.ts';
import { askForText } from '../../platform/inputs.ts';
import { tell } from '../../platform/messages.ts';
import { withCancellableProgress } from '../../platform/progress.ts';
import type { App } from '../app.ts';

/** How long the socket may take to open where HTTP has answered. */
const socketMs = 10_000;

/** Asks for a connect URL, or for an address and a token, and connects this window for good. */
export async function connect(app: App, argument: unknown): Promise<void> {
  const typed = typeof argument === 'string' ? argument : await askForUrl(app);
  const text = parseConnectText(typed);
  if (text === undefined) {
    throw new FlotillaError(
      'request.invalid',
      l10n.t('"{0}" is not the address of a service. A connect URL looks like {1}.', typed, exampleUrl),
    );
  }
  const { address } = text;
  if (address.isExposed && !readSetting('server.allowInsecure')) {
    throw new FlotillaError(
      'request.invalid',
      l10n.t(
        '{0} is another machine and http: would send the token unencrypted. Use an https: address, or set "flotilla.server.allowInsecure".',
        address.host,
      ),
    );
  }
  await withCancellableProgress(l10n.t('Connecting to {0}…', address.host), (signal) =>
    probe(address, signal),
  );
  const token =
    text.code === undefined ? await askForToken(app, address) : await exchange(address, text.code);
  const user = await verify(address, token);
  await app.tokens.store(address.origin, token);
  await useServer(address);
  app.connection.forgetRefusals();
  await app.connection.reconsider();
  void tell('information', l10n.t('Connected to {0} as {1}.', address.host, user));
}

const exampleUrl = 'http://127.0.0.1:7420/connect?code=ABCD-EFGH-JKMN-PQRS';

async function askForUrl(app: App): Promise<string> {
  const { state } = app.connection;
  const typed = await askForText({
    title: l10n.t('Connect to Flotilla'),
    prompt: l10n.t(
      'Paste the connect URL that the service printed when it started, or its address to use a token. {0} will dial.',
      capitalised(dialler()),
    ),
    placeHolder: exampleUrl,
    value: 'address' in state ? state.address.baseUrl : '',
    ignoreFocusOut: true,
    problemOf: (value) =>
      value === '' || parseConnectText(value) !== undefined ? undefined : l10n.t('This is not an address.'),
  });
  if (typed === undefined || typed === '') throw new CancellationError();
  return typed;
}

async function askForToken(app: App, address: ServerAddress): Promise<string> {
  const known = await app.tokens.read(address.origin);
  if (known !== undefined && (await isAccepted(address, known))) return known;
  const token = await askForText({
    title: l10n.t('Token for {0}', address.host),
    prompt: l10n.t('`npm run token -- create --scope user` on the server makes one.'),
    password: true,
    ignoreFocusOut: true,
  });
  if (token === undefined || token.trim() === '') throw new CancellationError();
  return token.trim();
}

/** Exchanges a pairing code, which works once, for a token of this editor's own. */
async function exchange(address: ServerAddress, code: string): Promise<string> {
  const client = l10n.t('{0} on {1}', env.appName, env.remoteName ?? env.appHost);
  const { token } = await overSocket(address, undefined, (socket) =>
    socket.client.pairing.exchange.mutate({ code, client }),
  );
  return token;
}

/** The name of the user that a token belongs to. */
async function verify(address: ServerAddress, token: string): Promise<string> {
  const { user } = await overSocket(address, token, (socket) => socket.client.server.info.query());
  return user.name;
}

async function isAccepted(address: ServerAddress, token: string): Promise<boolean> {
  return verify(address, token).then(
    () => true,
    () => false,
  );
}

/** One call over a socket of its own: the window's connection is left alone until all is well. */
async function overSocket<T>(
  address: ServerAddress,
  token: string | undefined,
  call: (socket: Socket) => Promise<T>,
): Promise<T> {
  const failed = Promise.withResolvers<never>();
  const timer = setTimeout(() => failed.reject(socketError(address)), socketMs);
  const waiting = onDispose(() => clearTimeout(timer));
  const nothing = () => undefined;
  const socket = openSocket(address, token, {
    onOpen: () => waiting.dispose(),
    onLost: nothing,
    onRevoked: nothing,
  });
  try {
    return await Promise.race([call(socket), failed.promise]);
  } catch (error) {
    throw error instanceof FlotillaError
      ? error
      : new FlotillaError('unavailable', `${address.host}: ${messageOf(error)}`, { cause: error });
  } finally {
    waiting.dispose();
    socket.dispose();
  }
}

function socketError(address: ServerAddress): FlotillaError {
  return new FlotillaError(
    'unavailable',
    l10n.t(
      '{0} answers {1} by HTTP, but no WebSocket opens at {2}. Is there a proxy between that does not pass them on?',
      address.host,
      dialler(),
      address.webSocketUrl,
    ),
  );
}

/** Writes the address where every window finds it; a workspace that says another one wins, and is named. */
async function useServer(address: ServerAddress): Promise<void> {
  const configuration = workspace.getConfiguration(settingsSection);
  await configuration.update('server.url', address.baseUrl, ConfigurationTarget.Global);
  const effective = readSetting('server.url');
  if (effective !== address.baseUrl) {
    throw new FlotillaError(
      'request.invalid',
      l10n.t(
        'The settings of this workspace name another server ({0}). Take "flotilla.server.url" out of them to use {1}.',
        effective,
        address.host,
      ),
    );
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
