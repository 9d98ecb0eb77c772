import assert from 'node:assert/strict';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { HelloAnswer } from '@flotilla/shared/protocol/runnerMessages';
import { Lease } from './lease.ts';
import type { Life } from './life.ts';

export interface HeldAttemptsOptions {
  readonly life: Life;
  /** Resolves when no hello is under way. */
  readonly settled: () => Promise<void>;
  /** What an earlier process has left: held until it is brought in. */
  readonly leftBehind: readonly LeaseRef[];
  /** Called when a Job has ended, and is counted no more. */
  readonly onEnded: () => void;
}

/** The Attempts of this runner: those whose Jobs it runs, and those that an earlier process has left. */
export class HeldAttempts {
  readonly #life: Life;
  readonly #settled: () => Promise<void>;
  readonly #onEnded: () => void;
  readonly #leases = new Map<number, Lease>();
  readonly #running = new Set<Promise<void>>();

  constructor({ life, settled, leftBehind, onEnded }: HeldAttemptsOptions) {
    this.#life = life;
    this.#settled = settled;
    this.#onEnded = onEnded;
    for (const { attemptId, leaseToken } of leftBehind)
      this.#leases.set(attemptId, new Lease(attemptId, leaseToken, settled));
  }

  /** How many Jobs run: from claim to finish, however far they are. */
  get running(): number {
    return this.#running.size;
  }

  get leases(): readonly Lease[] {
    return [...this.#leases.values()];
  }

  get refs(): LeaseRef[] {
    return this.leases.map((lease) => ({ attemptId: lease.attemptId, leaseToken: lease.token }));
  }

  get(attemptId: number): Lease | undefined {
    return this.#leases.get(attemptId);
  }

  /** Runs a Job that was claimed, once, however often it is answered. */
  run({ attemptId, leaseToken }: LeaseRef, work: (lease: Lease) => Promise<void>): void {
    if (this.#leases.has(attemptId)) return;
    assert.notEqual(this.#life.mode, 'ended', 'a session that has ended runs no Job');
    const lease = new Lease(attemptId, leaseToken, this.#settled);
    this.#leases.set(attemptId, lease);
    if (this.#life.mode === 'stopping') lease.stop('released');
    const running = work(lease).finally(() => {
      this.forget(lease);
      this.#running.delete(running);
      this.#onEnded();
    });
    this.#running.add(running);
  }

  /** It is held no more. */
  forget({ attemptId }: Lease): void {
    this.#leases.delete(attemptId);
  }

  /** What an answer to a hello says of them: new tokens for those that are still held, and which are not. */
  take({ keep, drop }: Pick<HelloAnswer, 'keep' | 'drop'>): void {
    for (const { attemptId, leaseToken } of keep) this.get(attemptId)?.renew(leaseToken);
    for (const attemptId of drop) this.get(attemptId)?.stop('fenced');
  }

  /** Their users asked to cancel these. */
  cancel(attemptIds: readonly number[]): void {
    for (const attemptId of attemptIds) this.get(attemptId)?.stop('cancelled');
  }

  /** All are to be given back. */
  release(): void {
    for (const lease of this.leases) lease.stop('released');
  }

  /** Resolves when no Job runs any more. */
  async finished(): Promise<void> {
    await Promise.all(this.#running);
  }
}
