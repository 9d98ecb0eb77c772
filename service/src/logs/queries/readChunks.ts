import type { AttemptState } from '@flotilla/shared/lifecycle/attemptLifecycle';
import { streams, type StreamName } from '@flotilla/shared/protocol/streams';
import type { Sql } from '../../db/database.ts';

/** Rows of one read; a chunk has at most 64 KiB, so a read has at most 4 MiB. */
const maxChunks = 64;

export interface StreamPart {
  /** Bytes from the asked offset on; empty when there are none yet. */
  readonly data: Uint8Array;
  /** Length of the whole stream as stored. */
  readonly end: number;
  readonly state: AttemptState;
}

/** Chunks of a stream are missing between others: a damage of the store, which no later read repairs. */
export class StreamGapError extends Error {}

/** Reads a stream from an offset, at most `limit` bytes. Undefined when there is no such Attempt. */
export async function readChunks(
  sql: Sql,
  attemptId: number,
  stream: StreamName,
  offset: number,
  limit: number,
): Promise<StreamPart | undefined> {
  const [attempt] = await sql<{ end: string; state: AttemptState }[]>`
    select ${sql(stream === 'log' ? 'log_end' : 'patch_end')} as "end", state from attempts where id = ${attemptId}`;
  if (attempt === undefined) return undefined;
  const end = Number(attempt.end);
  if (offset >= end || limit <= 0) return { data: new Uint8Array(0), end, state: attempt.state };
  const rows = await sql<{ offset: string; data: Uint8Array }[]>`
    select "offset", data from stream_chunks
     where attempt_id = ${attemptId} and stream = ${streams[stream]}
       and "offset" >= (select max("offset") from stream_chunks
                         where attempt_id = ${attemptId} and stream = ${streams[stream]} and "offset" <= ${offset})
     order by "offset" limit ${maxChunks}`;
  return { data: joinChunks(rows, offset, limit), end, state: attempt.state };
}

function joinChunks(
  rows: readonly { offset: string; data: Uint8Array }[],
  offset: number,
  limit: number,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let next = offset;
  for (const row of rows) {
    const from = next - Number(row.offset);
    if (from < 0) throw new StreamGapError(`chunks of a stream leave a gap at offset ${next}`);
    const part = row.data.subarray(from, from + limit - (next - offset));
    parts.push(part);
    next += part.length;
    if (next - offset >= limit) break;
  }
  return Buffer.concat(parts);
}
