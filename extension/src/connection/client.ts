import type { AppRouter } from '@flotilla/service/router';
import { editorProtocol } from '@flotilla/shared/protocol/version';
import { createTRPCClient, createWSClient, TRPCClientError, wsLink, type TRPCClient } from '@trpc/client';
import type { Disposable } from '../platform/disposables.ts';
import { checkAnswers } from './checkAnswers.ts';
import { noMessage, readEnvelope } from './envelope.ts';
import { GuardedWebSocket } from './guardedWebSocket.ts';
import type { ServerAddress } from './serverAddress.ts';

export type FlotillaClient = TRPCClient<AppRouter>;

/** The longest time between two attempts to connect. */
const maxRetryMs = 30_000;

/** A connection that was lost so soon after it was opened is not opened again at once. */
const hastyMs = 2000;

/** WebSocket close code for "your token was revoked". */
const revokedCode = 4401;

export interface SocketEvents {
  /** The socket is open, for the first time or again. */
  readonly onOpen: () => void;
  /** The socket was lost, or could not be opened; another attempt follows. */
  readonly onLost: () => void;
  /** The service closed the socket because the token was revoked. */
  readonly onRevoked: () => void;
}

export interface Socket extends Disposable {
  readonly client: FlotillaClient;
}

/** Opens the window's one socket to a service. It connects again by itself until it is disposed. */
export function openSocket(address: ServerAddress, token: string | undefined, events: SocketEvents): Socket {
  let triedAt = -Infinity;
  const socket = createWSClient({
    WebSocket: GuardedWebSocket,
    url: address.webSocketUrl,
    connectionParams: () => ({
      token: token ?? '',
      protocolMin: String(editorProtocol.min),
      protocolMax: String(editorProtocol.max),
    }),
    // A service that is gone without a word (a laptop that slept, a cut cable) is found within 20 s.
    keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 10_000 },
    retryDelayMs: (attempt) => {
      const sinceMs = performance.now() - triedAt;
      triedAt = performance.now();
      return retryDelayMs(sinceMs < hastyMs ? Math.max(1, attempt) : attempt);
    },
    experimental_encoder: {
      encode: (message) => JSON.stringify(message),
      decode: (data) => {
        const message = readEnvelope(data);
        if (message !== undefined) return message;
        // It is no service of ours, or not one any more.
        const given = socket.connection?.ws;
        if (given instanceof GuardedWebSocket) given.giveUp(4400);
        return noMessage;
      },
    },
    onClose: (cause) => {
      if (cause?.code === revokedCode) events.onRevoked();
    },
  });
  const states = socket.connectionState.subscribe({
    next: (state) => {
      if (state.state === 'pending') events.onOpen();
      else if (state.state === 'connecting' && state.error !== null) events.onLost();
    },
  });
  return {
    client: createTRPCClient<AppRouter>({ links: [checkAnswers, wsLink({ client: socket })] }),
    dispose() {
      states.unsubscribe();
      // Its promise only says when the last answer has come.
      socket.close().catch(() => undefined);
    },
  };
}

/** At once the first time, then later and later; with jitter, so that a service that restarts is not stormed. */
function retryDelayMs(attempt: number): number {
  if (attempt === 0) return 0;
  return Math.min(maxRetryMs, 500 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
}

/** Whether the service refused the token, and not the call. */
export function isUnauthorized(error: unknown): boolean {
  return (
    error instanceof TRPCClientError && (error.data as { code?: unknown } | null)?.code === 'UNAUTHORIZED'
  );
}

/** The code of a refusal by the service, and its details. Undefined for every other error. */
export function refusalOf(
  error: unknown,
): { readonly code: string; readonly details: Readonly<Record<string, unknown>> } | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const { flotilla } = (error.data ?? {}) as {
    flotilla?: { code: string; details: Record<string, unknown> };
  };
  return flotilla;
}
