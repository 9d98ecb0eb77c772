import { FlotillaError } from '@flotilla/shared/errors';
import { commonVersion, editorProtocol } from '@flotilla/shared/protocol/version';
import type { ServerView } from '@flotilla/shared/views';
import { onDispose, type Disposable } from '../platform/disposables.ts';
import { Emitter } from '../platform/emitter.ts';
import { boundedFetch, type AnswerBounds, type BoundedAnswer } from './boundedFetch.ts';
import { isUnauthorized, openSocket, type FlotillaClient, type Socket } from './client.ts';
import type { ConnectionState } from './connectionState.ts';
import type { ServerAddress } from './serverAddress.ts';

/** What a connection is made from, and says what it does to. */
export interface ConnectionSources {
  readonly address: () => ServerAddress | undefined;
  readonly allowInsecure: () => boolean;
  readonly token: (origin: string) => Promise<string | undefined>;
  /** One sentence about a state in which nothing can be asked: what it is and what to do. */
  readonly describe: (state: ConnectionState) => string;
  readonly log: { info(message: string): void; warn(message: string): void };
}

/** How long the socket stays open after the last one who needed it. A view that is moved is hidden for a moment. */
const lingerMs = 5000;
/** How long a call waits for the service before it says that it does not answer. */
const untilOnlineMs = 10_000;
/** Between two tries to greet a service that is there but cannot answer, because its database is away. */
const greetAgainMs = 2000;

/**
 * The window's connection to its service: one socket, open only while someone holds it. A refused token closes it;
 * it is then not tried again until the token, the address or a setting changes.
 */
export class Connection implements Disposable {
  readonly #sources: ConnectionSources;
  readonly #stateChanged = new Emitter<ConnectionState>();
  readonly #connected = new Emitter<FlotillaClient>();
  readonly #serverChanged = new Emitter<void>();
  #state: ConnectionState = { kind: 'unconfigured' };
  #holds = 0;
  #linger: ReturnType<typeof setTimeout> | undefined;
  /** The newest look at the sources; an older one that is still waiting for a token does nothing. */
  #look = 0;
  #open: { readonly socket: Socket; readonly address: ServerAddress; readonly token: string } | undefined;
  #refusedToken: string | undefined;
  #incompatibleUrl: string | undefined;
  #noted: string | undefined;
  /** What the service's clock is ahead of this machine's, as of the last greeting; negative when it is behind. */
  #aheadMs = 0;

  readonly onDidChangeState = this.#stateChanged.event;
  /** Fires each time the service has been reached, also after a cut: what is held may be old. */
  readonly onDidConnect = this.#connected.event;
  /** Fires when another service is meant than before, or none: ids of the one mean nothing to the other. */
  readonly onDidChangeServer = this.#serverChanged.event;

  constructor(sources: ConnectionSources) {
    this.#sources = sources;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The service's time in Unix milliseconds, to compare with what it says: this machine's clock may be another. */
  get serverTime(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Keeps the socket open until the hold is disposed. */
  hold(): Disposable {
    this.#holds += 1;
    clearTimeout(this.#linger);
    if (this.#holds === 1) void this.reconsider();
    return onDispose(() => {
      this.#holds -= 1;
      if (this.#holds === 0) this.#linger = setTimeout(() => void this.reconsider(), lingerMs);
    });
  }

  /** Calls the service: connects, holds the connection meanwhile, and waits a bounded time for it. */
  async use<T>(call: (client: FlotillaClient) => Promise<T>): Promise<T> {
    const hold = this.hold();
    try {
      return await call(await this.#untilOnline());
    } catch (error) {
      if (isUnauthorized(error)) this.#refuse(this.#open?.token);
      throw error;
    } finally {
      hold.dispose();
    }
  }

  /** Asks the service by HTTP, with the token of its own origin. The path begins with a slash. */
  async fetch(path: string, bounds: AnswerBounds, signal: AbortSignal): Promise<BoundedAnswer> {
    const address = this.#sources.address();
    const token = address === undefined ? undefined : await this.#sources.token(address.origin);
    const isAllowed = address !== undefined && (!address.isExposed || this.#sources.allowInsecure());
    if (!isAllowed || token === undefined) throw this.#unavailable();
    const headers = { authorization: `Bearer ${token}` };
    const answer = await boundedFetch(`${address.baseUrl}${path}`, headers, bounds, signal);
    if (answer.status === 401) this.#refuse(token);
    return answer;
  }

  /** Writes to the extension's log what keeps a part of the window from its rows, once for as long as it stays so. */
  note(sentence: string): void {
    if (sentence === this.#noted) return;
    this.#noted = sentence;
    this.#sources.log.warn(sentence);
  }

  /** Looks again at address, token and settings, and at whether anyone needs the socket. */
  async reconsider(): Promise<void> {
    this.#look += 1;
    const look = this.#look;
    const address = this.#sources.address();
    if (address === undefined) return this.#close({ kind: 'unconfigured' });
    if (address.isExposed && !this.#sources.allowInsecure()) return this.#close({ kind: 'blocked', address });
    const token = await this.#sources.token(address.origin);
    if (look !== this.#look) return;
    if (token === undefined || token === this.#refusedToken) {
      return this.#close({ kind: 'signedOut', address, refused: token !== undefined });
    }
    if (this.#state.kind === 'incompatible' && this.#incompatibleUrl === address.baseUrl) return;
    if (this.#holds === 0) return this.#close({ kind: 'idle', address });
    if (this.#open?.address.baseUrl === address.baseUrl && this.#open.token === token) return;
    this.#close({ kind: 'connecting', address });
    this.#openSocket(address, token);
  }

  /** Forgets what made the service unusable, so that the next look tries it again. */
  forgetRefusals(): void {
    this.#refusedToken = undefined;
    this.#incompatibleUrl = undefined;
  }

  dispose(): void {
    this.#look += 1;
    clearTimeout(this.#linger);
    this.#open?.socket.dispose();
    this.#open = undefined;
  }

  #openSocket(address: ServerAddress, token: string): void {
    this.#sources.log.info(`Connecting to ${address.baseUrl}.`);
    const socket = openSocket(address, token, {
      // The first of these can come before openSocket has returned.
      onOpen: () => queueMicrotask(() => void this.#greet(address, token)),
      onLost: () => this.#setOffline(address),
      onRevoked: () => this.#refuse(token),
    });
    this.#open = { socket, address, token };
  }

  /** Asks the service who it is. Only then the connection counts as open: the token may be refused. */
  async #greet(address: ServerAddress, token: string): Promise<void> {
    const open = this.#open;
    if (open?.token !== token || open.address !== address) return;
    let server: ServerView;
    const askedAt = Date.now();
    try {
      server = await open.socket.client.server.info.query();
    } catch (error) {
      if (this.#open !== open) return;
      if (isUnauthorized(error)) return this.#refuse(token);
      this.#sources.log.warn(`${address.host} could not greet: ${String(error)}`);
      this.#setOffline(address);
      setTimeout(() => void this.#greet(address, token), greetAgainMs);
      return;
    }
    if (this.#open !== open) return;
    // A service that is older than this window does not say it.
    this.#aheadMs = (server.time ?? Date.now()) - (askedAt + Date.now()) / 2;
    if (commonVersion(editorProtocol, server.protocol) === undefined) {
      this.#incompatibleUrl = address.baseUrl;
      return this.#close({ kind: 'incompatible', address, serverVersion: server.version });
    }
    this.#sources.log.info(`Connected to ${address.baseUrl}, version ${server.version}.`);
    this.#setState({ kind: 'online', address, server });
    this.#connected.fire(open.socket.client);
  }

  #setOffline(address: ServerAddress): void {
    if (this.#state.kind === 'offline' || this.#open?.address !== address) return;
    this.#sources.log.warn(`The connection to ${address.baseUrl} is lost or cannot be opened; trying again.`);
    this.#setState({ kind: 'offline', address, since: Date.now() });
  }

  #refuse(token: string | undefined): void {
    this.#refusedToken = token;
    this.#sources.log.warn('The service refused the token.');
    void this.reconsider();
  }

  #close(state: ConnectionState): void {
    this.#open?.socket.dispose();
    this.#open = undefined;
    this.#setState(state);
  }

  #setState(state: ConnectionState): void {
    const isOther = baseUrlOf(state) !== baseUrlOf(this.#state);
    this.#state = state;
    if (isOther) this.#serverChanged.fire();
    this.#stateChanged.fire(state);
  }

  /** The client, once the service has been reached. */
  async #untilOnline(): Promise<FlotillaClient> {
    await this.reconsider();
    const waiting = Promise.withResolvers<void>();
    const timer = setTimeout(() => waiting.resolve(), untilOnlineMs);
    const listener = this.onDidChangeState(({ kind }) => {
      if (kind !== 'connecting' && kind !== 'offline') waiting.resolve();
    });
    if (this.#state.kind !== 'connecting' && this.#state.kind !== 'offline') waiting.resolve();
    await waiting.promise;
    clearTimeout(timer);
    listener.dispose();
    if (this.#state.kind !== 'online' || this.#open === undefined) throw this.#unavailable();
    return this.#open.socket.client;
  }

  #unavailable(): FlotillaError {
    return new FlotillaError('unavailable', this.#sources.describe(this.#state));
  }
}

function baseUrlOf(state: ConnectionState): string | undefined {
  return 'address' in state ? state.address.baseUrl : undefined;
}
