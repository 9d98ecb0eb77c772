import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { HelloAnswer, HelloInput } from '@flotilla/shared/protocol/runnerMessages';
import { unfinishedPerSlot } from '@flotilla/shared/protocol/runnerSlots';
import { runnerProtocol } from '@flotilla/shared/protocol/version';
import type { Logger } from 'pino';
import { claimJobs } from './claimLoop.ts';
import type { Health } from './health.ts';
import { sendHeartbeats } from './heartbeats.ts';
import { endOddJob } from './endOddJob.ts';
import { HeldAttempts } from './heldAttempts.ts';
import { Hellos } from './hellos.ts';
import type { Lease } from './lease.ts';
import { Life } from './life.ts';
import type { RunningSession } from './runningSession.ts';
import { Slots, type Place } from './slots.ts';
import { whenAborted } from './waits.ts';
import { WakeUp } from './wakeUp.ts';

export interface SessionOptions {
  readonly serverUrl: string;
  readonly token: string;
  readonly name: string;
  readonly version: string;
  readonly labels: readonly string[];
  readonly capacity: number;
  readonly description: string;
  readonly logger: Logger;
  /** Whether Jobs can be run now; while not, nothing is claimed. */
  readonly health: Health;
  /** Runs one Job to its end. Never rejects: how it ended is the service's to know. */
  readonly runJob: (job: ClaimedJob, lease: Lease, session: RunningSession, place: Place) => Promise<void>;
  readonly leftBehind: LeftBehindAttempts;
}

/** Attempts that an earlier process has left. They are named at hello, and hold no slot. */
export interface LeftBehindAttempts {
  readonly leases: readonly LeaseRef[];
  /** Brings one of them in, or finds that its lease is over. Never rejects. */
  readonly salvage: (lease: Lease, session: RunningSession) => Promise<void>;
}

/**
 * A runner's life: hello at each connection, heartbeats, claims while there is room, until `drain` is aborted (then it
 * finishes what it has) or `stop` is (then it gives back what it has). Throws a RefusedError when the service will not
 * have this runner.
 */
export async function runSession(
  options: SessionOptions,
  drain: AbortSignal,
  stop: AbortSignal,
): Promise<void> {
  await using session = new Session(options, drain, stop);
  await session.run();
}

/** Puts the parts together: what the service answers and hints reaches those whom it concerns. */
class Session {
  readonly #options: SessionOptions;
  readonly #instance = randomUUID();
  readonly #wakeUp = new WakeUp();
  readonly #life: Life;
  readonly #slots: Slots;
  readonly #attempts: HeldAttempts;
  readonly #hellos: Hellos;
  #stopHints: (() => void) | undefined;

  constructor(options: SessionOptions, drain: AbortSignal, stop: AbortSignal) {
    this.#options = options;
    this.#life = new Life(drain, stop);
    this.#slots = new Slots(options.capacity, () => this.#wakeUp.wake());
    this.#life.drained.addEventListener('abort', () => this.#setSlots(), { once: true });
    this.#attempts = new HeldAttempts({
      life: this.#life,
      settled: () => this.#hellos.settled(),
      leftBehind: options.leftBehind.leases,
      onEnded: () => this.#wakeUp.wake(),
    });
    this.#hellos = new Hellos({
      serverUrl: options.serverUrl,
      token: options.token,
      life: this.#life,
      logger: options.logger,
      hello: () => this.#hello(),
      onAnswer: (answer) => this.#takeAnswer(answer),
    });
  }

  async run(): Promise<void> {
    const { health, logger } = this.#options;
    const parts = { hellos: this.#hellos, attempts: this.#attempts, life: this.#life, health, logger };
    const heartbeats = sendHeartbeats({ ...parts, onDrain: (isAsked) => this.#heed(isAsked) });
    const salvaged = this.#salvage(this.#attempts.leases);
    await claimJobs({
      ...parts,
      room: () =>
        Math.min(this.#slots.room, this.#options.capacity * unfinishedPerSlot - this.#attempts.running),
      wakeUp: this.#wakeUp,
      onClaimed: (job, hello) => this.#start(job, hello),
      onOdd: ({ lease: ref, error }) =>
        this.#attempts.run(ref, (lease) => endOddJob(this.#hellos.service, lease, error, logger)),
    });
    assert(this.#life.drained.aborted, 'claims end with the work alone');
    this.#life.stopped.addEventListener('abort', () => this.#attempts.release(), { once: true });
    if (this.#life.mode === 'stopping') this.#attempts.release();
    await Promise.all([this.#attempts.finished(), salvaged]);
    assert.equal(this.#attempts.running, 0, 'a session ends when no Job runs any more');
    this.#life.end();
    await heartbeats;
    this.#life.throwIfRefused();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.end();
    this.#stopHints?.();
    await this.#hellos[Symbol.asyncDispose]();
  }

  #hello(): HelloInput {
    const { name, version, labels, capacity, description } = this.#options;
    return {
      protocol: runnerProtocol,
      name,
      instance: this.#instance,
      version,
      labels: [...labels],
      capacity,
      description,
      attempts: this.#attempts.refs,
    };
  }

  #takeAnswer(answer: HelloAnswer): void {
    this.#attempts.take(answer);
    this.#stopHints ??= this.#hellos.service.onHint(
      (hint) => {
        if (hint.kind === 'work') this.#wakeUp.wake();
        else this.#attempts.cancel(hint.attemptIds);
      },
      // Polling and heartbeats find out what a hint would have said; the next hello listens again.
      (error) => {
        this.#options.logger.debug({ err: error }, 'hints stopped');
        this.#stopHints = undefined;
      },
    );
    this.#wakeUp.wake();
  }

  /** A person may have a runner drain, and work again. */
  #heed(isAskedToDrain: boolean): void {
    if (!this.#life.heed(isAskedToDrain)) return;
    this.#setSlots();
    this.#options.logger.info(
      isAskedToDrain
        ? 'draining, as the service asks: no Job is claimed'
        : 'claiming Jobs again, as the service asks',
    );
    this.#wakeUp.wake();
  }

  #setSlots(): void {
    this.#slots.draining = this.#life.mode !== 'working';
  }

  #start(job: ClaimedJob, hello: HelloAnswer): void {
    this.#attempts.run(job, async (lease) => {
      const place = this.#slots.enter();
      try {
        await this.#options.runJob(job, lease, { service: this.#hellos.service, hello }, place);
      } finally {
        place.leave();
      }
    });
  }

  /** Beside the claims: nobody waits for it but the end of the session. */
  async #salvage(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    const hello = await Promise.race([this.#hellos.met(), whenAborted(this.#life.stopped)]);
    if (hello === undefined) return;
    await Promise.all(
      leases.map(async (lease) => {
        await this.#options.leftBehind.salvage(lease, { service: this.#hellos.service, hello });
        this.#attempts.forget(lease);
      }),
    );
  }
}
