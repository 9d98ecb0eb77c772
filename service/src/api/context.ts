import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Principal } from '../auth/tokens.ts';
import type { Service } from '../service.ts';

/** What a procedure gets: the service, and who calls over which socket. One per connection. */
export interface Context {
  readonly service: Service;
  readonly logger: Logger;
  /** Undefined when the connection brought no token, or one that is unknown or revoked. */
  readonly principal: Principal | undefined;
  readonly socket: Pick<WebSocket, 'bufferedAmount'>;
  /** Address that dialled, for messages. */
  readonly remoteAddress: string;
  /** What this connection has said before: a runner's hello, and pairing codes. */
  readonly session: { runnerId?: string; pairingTries?: number };
}

export function remoteAddressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown';
}
