import type { AppRouter } from '@flotilla/service/router';
import { ClosingWebSocket } from '@flotilla/shared/protocol/closingWebSocket';
import { editorProtocol } from '@flotilla/shared/protocol/version';
import { createTRPCClient, createWSClient, wsLink, type TRPCClient } from '@trpc/client';

/** The service as a user's program sees it, over one WebSocket. */
export interface ServiceClient extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly api: TRPCClient<AppRouter>;
  /** Bytes of a GET route, e.g. `/attempts/1/patch`. Throws with what the service said when it refuses. */
  read(path: string): Promise<Uint8Array>;
}

/** Connects with a user token; the connection is opened again when it is lost, until disposed. */
export function connectUser(url: string, token: string): ServiceClient {
  const socket = createWSClient({
    WebSocket: ClosingWebSocket,
    url: `${url.replace(/^http/, 'ws')}/trpc`,
    connectionParams: {
      token,
      protocolMin: String(editorProtocol.min),
      protocolMax: String(editorProtocol.max),
    },
    // A service that is gone without a word is found within 10 s.
    keepAlive: { enabled: true, intervalMs: 5000, pongTimeoutMs: 5000 },
    retryDelayMs: (attempt) => Math.min(100 * 2 ** attempt, 2000),
  });
  return {
    url,
    token,
    api: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }),
    async read(path) {
      const answer = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } });
      if (!answer.ok) throw new Error(`GET ${path} was refused (${answer.status}): ${await answer.text()}`);
      return answer.bytes();
    },
    [Symbol.asyncDispose]: () => socket.close(),
  };
}

/** Exchanges a pairing code for a user token, and connects with it. */
export async function pair(url: string, code: string, clientName: string): Promise<ServiceClient> {
  await using stranger = connectUser(url, '');
  const { token } = await stranger.api.pairing.exchange.mutate({ code, client: clientName });
  return connectUser(url, token);
}
