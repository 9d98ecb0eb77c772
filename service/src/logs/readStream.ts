import type { StreamName } from '@flotilla/shared/protocol/streams';
import type { Sql } from '../db/database.ts';
import { readChunks } from './queries/readChunks.ts';

/** Bytes per read; bounds what a reader holds in memory. */
const readBytes = 1024 * 1024;

/** The whole stream of an Attempt, part by part, as it is in the table: of one that lives, or is not compacted yet. */
export async function* readStream(
  sql: Sql,
  attemptId: number,
  stream: StreamName,
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; ;) {
    const part = await readChunks(sql, attemptId, stream, offset, readBytes);
    if (part === undefined || part.data.length === 0) return;
    yield part.data;
    offset += part.data.length;
  }
}
