import type { StreamPart } from './queries/readChunks.ts';
import { RecentBytes } from './recentBytes.ts';

/** Bytes as a message carries them. */
export interface EncodedPart {
  readonly offset: number;
  /** Offset of the first byte after it. */
  readonly end: number;
  /** Base64. */
  readonly data: string;
}

interface FollowedLog {
  followers: number;
  /** What was encoded last: the followers of a log are mostly at the same place. */
  encoded?: EncodedPart;
  /** Looks at the table that begin in the next turn of the event loop, by their offset. */
  readonly looks: Map<number, Promise<StreamPart>>;
}

/** Raw bytes of one message to an editor. */
export const messageBytes = 256 * 1024;

/**
 * What the followers of a log share in this replica: its newest bytes, the text they are sent as, and the looks at the
 * table. A thousand followers of one log cost one look and one text for each chunk.
 */
export class FollowedLogs {
  readonly #recent = new RecentBytes();
  readonly #logs = new Map<number, FollowedLog>();

  /** Counts a follower, until it is disposed. With the last one all that was kept goes. */
  enter(attemptId: number): Disposable {
    const log = this.#logs.get(attemptId) ?? { followers: 0, looks: new Map() };
    this.#logs.set(attemptId, log);
    log.followers++;
    return {
      [Symbol.dispose]: () => {
        if (--log.followers > 0) return;
        this.#logs.delete(attemptId);
        this.#recent.forget(attemptId);
      },
    };
  }

  /** Notes bytes that were committed, if anyone follows the log. */
  add(attemptId: number, offset: number, data: Uint8Array): void {
    if (this.#logs.has(attemptId)) this.#recent.add(attemptId, offset, data);
  }

  /** The newest bytes from an offset on, as far as they are kept here; at most {@link messageBytes}. */
  recent(attemptId: number, offset: number): EncodedPart | undefined {
    const length = Math.min(this.#recent.lengthFrom(attemptId, offset), messageBytes);
    if (length === 0) return undefined;
    const encoded = this.#logs.get(attemptId)?.encoded;
    if (encoded?.offset === offset && encoded.end === offset + length) return encoded;
    const bytes = this.#recent.read(attemptId, offset)?.subarray(0, length);
    return bytes === undefined ? undefined : this.encode(attemptId, offset, bytes);
  }

  /** The text of bytes of a log, one for all who ask for the same. */
  encode(attemptId: number, offset: number, bytes: Uint8Array): EncodedPart {
    const log = this.#logs.get(attemptId);
    const end = offset + bytes.length;
    // A log only grows, so that the same bytes are between the same offsets.
    if (log?.encoded?.offset === offset && log.encoded.end === end) return log.encoded;
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
    const encoded = { offset, end, data };
    if (log !== undefined) log.encoded = encoded;
    return encoded;
  }

  /**
   * Looks at the table, once for all who ask for the same offset in one turn of the event loop. Nobody gets the answer
   * of a look that began before it asked: what it was woken for might not be in it.
   */
  look(attemptId: number, offset: number, read: () => Promise<StreamPart>): Promise<StreamPart> {
    const looks = this.#logs.get(attemptId)?.looks;
    const shared = looks?.get(offset);
    if (shared !== undefined) return shared;
    const { promise, resolve } = Promise.withResolvers<void>();
    setImmediate(resolve);
    const look = promise.then(() => {
      looks?.delete(offset);
      return read();
    });
    looks?.set(offset, look);
    return look;
  }
}
