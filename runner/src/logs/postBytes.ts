import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

export interface PostOptions {
  /** Sent as bearer. */
  readonly token: string;
  /** The longest time without a byte in either direction. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Posts bytes over a connection that is kept. Rejects when no whole answer came. Not `fetch`: that copies each body, and
 * makes some streams and signals for each call, which is most of the work of a log that comes fast.
 */
export async function postBytes(url: string, body: Uint8Array, options: PostOptions): Promise<PostAnswer> {
  const { token, timeoutMs, signal } = options;
  const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    timeout: timeoutMs,
    signal,
  });
  request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
  return { status: response.statusCode ?? 0, text: await text(response) };
}
