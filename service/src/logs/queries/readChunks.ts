import type { AttemptState } from '@flotilla/shared/lifecycle/attemptLifecycle';
import { streams, type StreamName } from '@flotilla/shared/protocol/streams';
import type { Sql } from '../../db/database.ts';

/** Rows of one read at most: of a log of very short chunks. */
const maxChunks = 64;

export interface StreamPart {
  /** Bytes from the asked offset on; empty when there are none yet. */
  readonly data: Uint8Array;
  /** Length of the whole stream as stored. */
  readonly end: number;
  readonly state: AttemptState;
}

/** A part of a stream, or where it is instead. */
export interface StoredPart extends StreamPart {
  /** Key of the object that holds the stream; null while its bytes are in the table. */
  readonly object: string | null;
  /** When its bytes were deleted; null while they are kept. */
  readonly expiredAt: Date | null;
}

/** Chunks of a stream are missing between others: a damage of the store, which no later read repairs. */
export class StreamGapError extends Error {}

interface Row {
  readonly end: string;
  readonly state: AttemptState;
  readonly object: string | null;
  readonly expired_at: Date | null;
  readonly offset: string | null;
  readonly data: Uint8Array | null;
}

/**
 * Reads a stream from an offset, at most `limit` bytes. Undefined when there is no such Attempt. One statement, so that
 * where the bytes are and the bytes themselves are of one moment: chunks are deleted after the row has said where they
 * have gone.
 */
export async function readChunks(
  sql: Sql,
  attemptId: number,
  stream: StreamName,
  offset: number,
  limit: number,
): Promise<StoredPart | undefined> {
  const isLog = stream === 'log';
  const rows = await sql<Row[]>`
    select attempts."end", attempts.state, attempts.object, attempts.expired_at, chunks."offset", chunks.data
      from (select id, state, ${sql(isLog ? 'log_end' : 'patch_end')} as "end",
                   ${sql(isLog ? 'log_object' : 'patch_object')} as object,
                   ${sql(isLog ? 'expired_at' : 'patch_expired_at')} as expired_at
              from attempts where id = ${attemptId}) as attempts
      left join lateral (
        select "offset", data from stream_chunks
         where attempt_id = attempts.id and stream = ${streams[stream]}
           and "offset" >= (select max("offset") from stream_chunks
                             where attempt_id = ${attemptId} and stream = ${streams[stream]} and "offset" <= ${offset})
           and "offset" < ${offset + limit}
         order by "offset" limit ${maxChunks}) as chunks
        on attempts.object is null and attempts.expired_at is null and attempts."end" > ${offset} and ${limit > 0}
     order by chunks."offset"`;
  const [attempt] = rows;
  if (attempt === undefined) return undefined;
  const chunks = rows.flatMap(({ offset: at, data }) =>
    at === null || data === null ? [] : [{ offset: at, data }],
  );
  return {
    data: joinChunks(chunks, offset, limit),
    end: Number(attempt.end),
    state: attempt.state,
    object: attempt.object,
    expiredAt: attempt.expired_at,
  };
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
