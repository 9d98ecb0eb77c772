import { FlotillaError } from '@flotilla/shared/errors';
import type { StreamName } from '@flotilla/shared/protocol/streams';
import type { Sql } from '../db/database.ts';
import { openBlocks, type BlockStream } from '../objects/blocks.ts';
import { NoSuchObjectError, type ObjectStore } from '../objects/objectStore.ts';
import { readChunks, type StreamPart } from './queries/readChunks.ts';

/** So many objects keep their index in memory; a log of 100 MiB has one of 1.6 KiB. */
const mostOpen = 500;

/** Reads streams wherever they are: in the table, or compacted in the object store. */
export class StoredStreams {
  readonly #sql: Sql;
  readonly #objects: ObjectStore;
  readonly #open = new Map<string, Promise<BlockStream>>();

  constructor(sql: Sql, objects: ObjectStore) {
    this.#sql = sql;
    this.#objects = objects;
  }

  /**
   * At most `limit` bytes of a stream from an offset on; fewer do not mean that it ends there. Throws `notFound` when
   * there is no such Attempt, or when its bytes were deleted because they had been kept long enough.
   */
  async read(attemptId: number, stream: StreamName, offset: number, limit: number): Promise<StreamPart> {
    const part = await this.#part(attemptId, stream, offset, limit);
    // At its end nothing is opened; a stream without bytes has no object at all.
    if (part.object === null || offset >= part.end) return part;
    try {
      return { ...part, data: await (await this.#opened(part.object)).read(offset, limit) };
    } catch (error) {
      // It may have expired between the two reads: then this one says so.
      if (error instanceof NoSuchObjectError) await this.#part(attemptId, stream, offset, limit);
      throw error;
    }
  }

  async #part(attemptId: number, stream: StreamName, offset: number, limit: number) {
    const part = await readChunks(this.#sql, attemptId, stream, offset, limit);
    if (part === undefined) throw new FlotillaError('notFound', `There is no attempt ${attemptId}.`);
    if (part.expiredAt !== null) {
      const [what, setting] =
        stream === 'log' ? ['log', 'FLOTILLA_KEEP_LOGS_DAYS'] : ['patch', 'FLOTILLA_KEEP_PATCHES_DAYS'];
      throw new FlotillaError(
        'notFound',
        `The ${what} of attempt ${attemptId} was deleted on ${part.expiredAt.toISOString().slice(0, 10)}: the service keeps them only for a while (${setting}).`,
      );
    }
    return part;
  }

  #opened(key: string): Promise<BlockStream> {
    const kept = this.#open.get(key);
    if (kept !== undefined) return kept;
    const [oldest] = this.#open.keys();
    if (this.#open.size >= mostOpen && oldest !== undefined) this.#open.delete(oldest);
    const opening = openBlocks(this.#objects, key);
    this.#open.set(key, opening);
    opening.catch(() => this.#open.delete(key));
    return opening;
  }
}
