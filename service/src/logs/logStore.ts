import { isAttemptLive, type AttemptState } from '@flotilla/shared/lifecycle/attemptLifecycle';
import type { LogMessage } from '@flotilla/shared/views';
import type { Sql } from '../db/database.ts';
import type { Hints, Topic } from '../db/hints.ts';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { FollowedLogs, messageBytes, type EncodedPart } from './followedLogs.ts';
import { appendChunk, type Append, type AppendResult } from './queries/appendChunk.ts';
import type { StoredStreams } from './storedStreams.ts';

/** Hints can be lost: a follower looks this often besides (docs/spec/logs.md). */
const pollMs = 2000;

/** Stores logs and hands them to any number of readers. */
export class LogStore {
  readonly #sql: Sql;
  readonly #streams: StoredStreams;
  readonly #hints: Hints;
  readonly #followed = new FollowedLogs();

  constructor(sql: Sql, streams: StoredStreams, hints: Hints) {
    this.#sql = sql;
    this.#streams = streams;
    this.#hints = hints;
  }

  /** Stores bytes of an Attempt; when the answer says so they are committed (invariant I5). */
  async append(append: Append): Promise<AppendResult> {
    const result = await appendChunk(this.#sql, append);
    if (result.result === 'stored' && append.stream === 'log') {
      this.#followed.add(append.attemptId, append.offset, append.data);
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
    using _follower = this.#followed.enter(attemptId);
    let offset = from;
    let lookAtTable = true;
    while (!signal.aborted) {
      await writable();
      const recent = this.#followed.recent(attemptId, offset);
      if (recent !== undefined) {
        offset = recent.end;
        yield chunkOf(recent);
        lookAtTable = false;
        continue;
      }
      if (lookAtTable) {
        const found = await this.#look(attemptId, offset);
        if (typeof found === 'object') {
          offset = found.end;
          yield chunkOf(found);
          continue;
        }
        if (found !== undefined && !isAttemptLive(found)) {
          yield { kind: 'end', offset, state: found };
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

  /**
   * What the table has from an offset on, else the Attempt's state; undefined while the database is away. The bytes that
   * were read stay here: a follower that waits for its reader holds no more than the text.
   */
  async #look(attemptId: number, offset: number): Promise<EncodedPart | AttemptState | undefined> {
    try {
      const { data, state } = await this.#followed.look(attemptId, offset, () =>
        this.#streams.read(attemptId, 'log', offset, messageBytes),
      );
      return data.length === 0 ? state : this.#followed.encode(attemptId, offset, data);
    } catch (error) {
      if (isTransientDatabaseError(error)) return undefined;
      throw error;
    }
  }
}

function topicOf(attemptId: number): Topic {
  return `log:${attemptId}`;
}

function chunkOf({ offset, data }: EncodedPart): LogMessage {
  return { kind: 'chunk', offset, data };
}
