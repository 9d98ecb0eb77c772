import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface BytesRequest {
  /** Sent as bearer. */
  readonly token: string;
  /** What is posted; without it the request is a GET. */
  readonly body?: Uint8Array;
  /** Whether the connection may be one that was used before, and is kept. */
  readonly keepsConnection: boolean;
  /** The longest time without a byte in either direction. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks the service for bytes, or gives it some. Rejects when no answer begins; the answer's body fails when it breaks off.
 * Not `fetch`: that copies each body, makes some streams and signals for each call, and shares its connections with the
 * WebSocket, which then tries to connect again over one that is half-open (docs/spec/faults.md, 16).
 */
export async function requestBytes(
  url: string,
  { token, body, keepsConnection, timeoutMs, signal }: BytesRequest,
): Promise<IncomingMessage> {
  const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/octet-stream' }),
    },
    ...(keepsConnection ? {} : { agent: false }),
    timeout: timeoutMs,
    signal,
  });
  request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  return new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}
