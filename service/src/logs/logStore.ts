import { isAttemptLive } from '@flotilla/shared/lifecycle/attemptLifecycle';
import type { LogMessage } from '@flotilla/shared/views';
import type { Sql } from '../db/database.ts';
import type { Hints, Topic } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { appendChunk, type Append, type AppendResult } from './queries/appendChunk.ts';
import { RecentBytes } from './recentBytes.ts';
import type { StoredStreams } from './storedStreams.ts';

/** Hints can be lost: a follower looks this often besides (runner.md §3). */
const pollMs = 2000;
/** Raw bytes of one message to an editor. */
const messageBytes = 256 * 1024;

/** Stores logs and hands them to any number of readers. */
export class LogStore {
  readonly #sql: Sql;
  readonly #streams: StoredStreams;
  readonly #hints: Hints;
  readonly #recent = new RecentBytes();
  readonly #followers = new Map<number, number>();

  constructor(sql: Sql, streams: StoredStreams, hints: Hints) {
    this.#sql = sql;
    this.#streams = streams;
    this.#hints = hints;
  }

  /** Stores bytes of an Attempt; when the answer says so they are committed (invariant I5). */
  async append(append: Append): Promise<AppendResult> {
    const result = await appendChunk(this.#sql, append);
    if (result.result === 'stored' && append.stream === 'log') {
      if (this.#followers.has(append.attemptId)) {
        this.#recent.add(append.attemptId, append.offset, append.data);
      }
      this.#hints.publish(topicOf(append.attemptId));
    }
    return result;
  }

  /**
   * Follows a log from an offset: chunks in order, then one end. `writable` is awaited before each read, so that a slow
   * reader holds up only itself. A database that is away for a while only makes it wait.
   */
  async *follow(
    attemptId: number,
    from: number,
    signal: AbortSignal,
    writable: () => Promise<void>,
  ): AsyncGenerator<LogMessage> {
    using listener = this.#hints.listen(topicOf(attemptId));
    using _follower = this.#countFollower(attemptId);
    let offset = from;
    let lookAtTable = true;
    while (!signal.aborted) {
      await writable();
      const recent = this.#recent.read(attemptId, offset)?.subarray(0, messageBytes);
      if (recent !== undefined) {
        yield chunkOf(offset, recent);
        offset += recent.length;
        lookAtTable = false;
        continue;
      }
      if (lookAtTable) {
        const part = await this.#tryRead(attemptId, offset);
        if (part !== undefined && part.data.length > 0) {
          yield chunkOf(offset, part.data);
          offset += part.data.length;
          continue;
        }
        if (part !== undefined && !isAttemptLive(part.state)) {
          yield { kind: 'end', offset, state: part.state };
          return;
        }
      }
      await listener.next(pollMs, signal);
      lookAtTable = true;
    }
  }

  /** One part of a log, at most `limit` bytes. */
  async read(attemptId: number, offset: number, limit: number): Promise<{ data: Uint8Array; end: number }> {
    const { data, end } = await this.#streams.read(attemptId, 'log', offset, limit);
    return { data, end };
  }

  async #tryRead(attemptId: number, offset: number) {
    try {
      return await this.#streams.read(attemptId, 'log', offset, messageBytes);
    } catch (error) {
      if (isTransientDatabaseError(error)) return undefined;
      throw error;
    }
  }

  #countFollower(attemptId: number): Disposable {
    this.#followers.set(attemptId, (this.#followers.get(attemptId) ?? 0) + 1);
    return {
      [Symbol.dispose]: () => {
        const left = (this.#followers.get(attemptId) ?? 1) - 1;
        if (left > 0) {
          this.#followers.set(attemptId, left);
          return;
        }
        this.#followers.delete(attemptId);
        this.#recent.forget(attemptId);
      },
    };
  }
}

function topicOf(attemptId: number): Topic {
  return `log:${attemptId}`;
}

function chunkOf(offset: number, data: Uint8Array): LogMessage {
  return {
    kind: 'chunk',
    offset,
    data: Buffer.from(data.buffer, data.byteOffset, data.length).toString('base64'),
  };
}
