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
 * read from the table, and the length the one that the Attempt's row says. Throws an Error otherwise. What the table no
 * longer has whole replaces no object: another replica may have compacted the stream since and deleted its chunks.
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
  const whole = wholly(readStream(sql, attemptId, stream), length);
  await objects.put(key, toBlocks(whole, written));
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

/** A stream that fails instead of ending when it is shorter or longer than it has to be. */
async function* wholly(parts: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const part of parts) {
    read += part.length;
    yield part;
  }
  if (read !== length) throw new Error(`the table has ${read} of the ${length} bytes of a stream`);
}
