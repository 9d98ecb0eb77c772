import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Principal } from '../auth/tokens.ts';
import type { Service } from '../service.ts';

/** The part of a connection that procedures look at. */
export interface CallerSocket {
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
  readonly readyState: number;
  /** What `readyState` is when it is closed. */
  readonly CLOSED: number;
  once(event: 'close', listener: () => void): unknown;
}

/** What a procedure gets: the service, and who calls over which socket. One per connection. */
export interface Context {
  readonly service: Service;
  readonly logger: Logger;
  /** Undefined when the connection brought no token, or one that is unknown or revoked. */
  readonly principal: Principal | undefined;
  readonly socket: CallerSocket;
  /** Address that dialled, for messages. */
  readonly remoteAddress: string;
  /** What this connection has said before: a runner's hello, and pairing codes. */
  readonly session: { runnerId?: string; pairingTries?: number; greeting?: Promise<unknown> };
}

export function remoteAddressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown';
}
