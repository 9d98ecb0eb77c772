import { createHash } from 'node:crypto';
import type { StreamName } from '@flotilla/shared/protocol/streams';
import type { Sql } from '../db/database.ts';
import { openBlocks, toBlocks } from '../objects/blocks.ts';
import type { ObjectStore } from '../objects/objectStore.ts';
import { readStream } from './readStream.ts';

/** Bytes per read when an object is checked. */
const readBytes = 1024 * 1024;

/** Key of an Attempt's stream. The folders keep directories small. */
export function keyOf(attemptId: number, stream: StreamName): string {
  return `attempts/${Math.floor(attemptId / 1000)}/${attemptId}.${stream}`;
}

/**
 * Writes a stream from the table into the object store and reads it back: length and SHA-256 must be those of what was
 * read from the table, and the length the one that the Attempt's row says. Throws an Error otherwise.
 */
export async function compactStream(
  sql: Sql,
  objects: ObjectStore,
  attemptId: number,
  stream: StreamName,
  length: number,
): Promise<string> {
  const key = keyOf(attemptId, stream);
  const written = { length: 0, sha256: '' };
  await objects.put(key, toBlocks(readStream(sql, attemptId, stream), written));
  const stored = await openBlocks(objects, key);
  const hash = createHash('sha256');
  let read = 0;
  for (;;) {
    const data = await stored.read(read, readBytes);
    if (data.length === 0) break;
    hash.update(data);
    read += data.length;
  }
  if (read !== length || written.length !== length || hash.digest('hex') !== written.sha256) {
    throw new Error(`the object ${key} has ${read} of ${length} bytes, or other ones; the chunks are kept`);
  }
  return key;
}
