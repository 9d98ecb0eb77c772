import { text } from 'node:stream/consumers';
import { requestBytes } from '../session/requestBytes.ts';

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

/** Posts bytes over a connection that is kept. Rejects when no whole answer came. */
export async function postBytes(url: string, body: Uint8Array, options: PostOptions): Promise<PostAnswer> {
  const response = await requestBytes(url, { ...options, body, keepsConnection: true });
  return { status: response.statusCode ?? 0, text: await text(response) };
}
