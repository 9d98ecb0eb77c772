import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { Spool } from '../../logs/spool.ts';
import { SpooledLog } from '../../logs/spooledLog.ts';
import { attemptsFolder } from '../../sandbox/folders/attemptFolder.ts';
import type { Lease } from '../../session/lease.ts';
import type { RunningSession } from '../../session/runningSession.ts';
import { untilAnswered } from '../../session/untilAnswered.ts';
import { whenAborted } from '../../session/waits.ts';
import type { JobContext } from '../attempt/attempt.ts';
import { readAllNotes, writeNotes, type SpoolNotes } from '../attempt/spoolNotes.ts';
import { bringInRest } from './bringInRest.ts';

interface Left {
  readonly notes: SpoolNotes;
  /** Its spool, once its containers are ended and read; null when that failed and was said. */
  readonly spool: Promise<Spool | null>;
}

/**
 * Attempts that a process which was killed left in this runner's state folder. Their logs are brought in if their
 * leases still stand; then they are surrendered, and their Jobs run again at once.
 */
export class LeftBehind {
  readonly #context: JobContext;
  readonly #attempts: ReadonlyMap<number, Left>;
  readonly #done = new Set<number>();

  private constructor(context: JobContext, attempts: ReadonlyMap<number, Left>) {
    this.#context = context;
    this.#attempts = attempts;
  }

  /** Finds them, and begins to end their containers: whatever the service says, nobody has their results any more. */
  static async find(context: JobContext): Promise<LeftBehind> {
    const attempts = new Map<number, Left>();
    for (const notes of await readAllNotes(context.config.stateFolder)) {
      const spool = bringInRest(context, notes).catch((error: unknown) => {
        context.logger.error({ err: error, attemptId: notes.attemptId }, 'a log could not be brought in');
        return null;
      });
      attempts.set(notes.attemptId, { notes, spool });
    }
    return new LeftBehind(context, attempts);
  }

  /** To name at hello. */
  get leases(): readonly LeaseRef[] {
    return [...this.#attempts.values()].map(({ notes: { attemptId, leaseToken } }) => ({
      attemptId,
      leaseToken,
    }));
  }

  /** Whether nothing of any of them is needed any more. */
  get isDone(): boolean {
    return this.#done.size === this.#attempts.size;
  }

  /** Whether its containers and its folder are still needed. */
  has(attemptId: number): boolean {
    return this.#attempts.has(attemptId) && !this.#done.has(attemptId);
  }

  /**
   * Sends what is missing of the log of one of them, and surrenders it. A runner that stops meanwhile leaves it to its
   * next process. Never rejects.
   */
  readonly salvage = async (lease: Lease, session: RunningSession): Promise<void> => {
    const { attemptId } = lease;
    const { logger } = this.#context;
    try {
      const left = this.#attempts.get(attemptId);
      if (left === undefined) return;
      // For the case that this process is killed as well.
      lease.onRenewed(() => void this.#note(left.notes, lease));
      if (lease.tokens.length > 1) await this.#note(left.notes, lease);
      lease.releaseSignal.addEventListener('abort', () => lease.end(), { once: true });
      if (lease.releaseSignal.aborted) lease.end();
      // Which may take as long as a container has written much, or the engine does not answer.
      await using spool = await Promise.race([left.spool, whenAborted(lease.releaseSignal)]);
      if (lease.releaseSignal.aborted) return;
      if (lease.signal.aborted) {
        logger.warn({ attemptId }, 'an attempt that was left behind is no longer this runner’s');
        return;
      }
      if (spool != null) await new SpooledLog(this.#context.config.serverUrl, lease, spool).flush();
      await untilAnswered(lease, lease.signal, (ref) => session.service.surrender(ref));
      logger.info({ attemptId, logBytes: spool?.length }, 'the log of an attempt that was left behind is in');
    } catch (error) {
      logger.warn(
        { attemptId, reason: messageOf(error) },
        'an attempt that was left behind could not be brought in',
      );
    } finally {
      if (!lease.releaseSignal.aborted) this.#done.add(attemptId);
    }
  };

  async #note(notes: SpoolNotes, lease: Lease): Promise<void> {
    const folder = join(attemptsFolder(this.#context.config.stateFolder), String(lease.attemptId));
    try {
      await writeNotes(folder, { ...notes, leaseToken: lease.token });
    } catch (error) {
      this.#context.logger.warn(
        { attemptId: lease.attemptId, reason: messageOf(error) },
        'a new lease token could not be noted',
      );
    }
  }
}
