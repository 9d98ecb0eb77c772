import { FlotillaError } from '@flotilla/shared/errors';
import { FrameDecoder, type LogRecord } from '@flotilla/shared/logs/frame';
import type { FlotillaClient } from '../connection/client.ts';
import { fromBase64 } from './base64.ts';

/** Bytes of one read; the service gives no more at once. */
const readBytes = 1024 * 1024;

/** A part of a log, and how far it has been read. */
export interface LogChunk {
  readonly records: readonly LogRecord[];
  /** Bytes that were read so far. */
  readonly offset: number;
  /** Bytes that there are, as far as the service says. */
  readonly end: number;
}

/** Reads a log from its beginning, part by part, for as long as there is more and the caller wants it. */
export async function* logChunks(
  client: Pick<FlotillaClient, 'logs'>,
  attemptId: number,
  signal?: AbortSignal,
): AsyncGenerator<LogChunk> {
  const decoder = new FrameDecoder();
  const options = signal === undefined ? {} : { signal };
  let offset = 0;
  for (;;) {
    const { data, end } = await client.logs.read.query({ attemptId, offset, limit: readBytes }, options);
    const chunk = bytesOf(data);
    if (chunk.length === 0) return;
    offset += chunk.length;
    yield { records: decoder.push(chunk), offset, end };
  }
}

function bytesOf(data: string): Uint8Array {
  const chunk = data.length <= readBytes * 2 ? decoded(data) : undefined;
  if (chunk !== undefined && chunk.length <= readBytes) return chunk;
  throw new FlotillaError('unavailable', 'The log cannot be read: what the service sent is no part of one.');
}

function decoded(data: string): Uint8Array | undefined {
  try {
    return fromBase64(data);
  } catch {
    return undefined;
  }
}
