import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sleep } from '@flotilla/launcher/sleep';
import { messageOf } from '@flotilla/shared/errors';
import type {
  ClaimedJob,
  HeartbeatAnswer,
  HelloAnswer,
  HelloInput,
  LeaseRef,
} from '@flotilla/shared/protocol/runnerMessages';
import { runnerProtocol } from '@flotilla/shared/protocol/version';
import type { Logger } from 'pino';
import { Lease } from './lease.ts';
import { WakeUp } from './wakeUp.ts';
import { connectToService, refusalOf, type ServiceClient } from './serviceClient.ts';
import { Slots, type Place } from './slots.ts';
import { jittered, whenAborted, withTimeout } from './waits.ts';

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

/** Whether this machine can run Jobs. */
export interface Health {
  /** What was seen last: why no Job can be run, in a sentence for people; null when one can. */
  readonly problem: string | null;
  /** Looks again, and says what there is now. Never rejects. */
  look(): Promise<string | null>;
}

/** What a Job needs of the session. */
export interface RunningSession {
  readonly service: ServiceClient;
  readonly hello: HelloAnswer;
}

/** A refusal that no retry changes: the program says it and ends. */
export class RefusedError extends Error {}

/** A bound for waits that something else ends, in milliseconds. */
const waitMs = 30_000;
/** The lease before a hello has said what it is (design §8). */
const standardLeaseMs = 30_000;
/** Between two looks whether a problem is over. */
const problemPollMs = 5000;
/** Jobs per slot that may be on their way from claim to finish: a service that is slow to take results must not pile them up. */
const unfinishedPerSlot = 5;

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

class Session {
  readonly #options: SessionOptions;
  readonly #service: ServiceClient;
  readonly #leases = new Map<number, Lease>();
  readonly #work = new Set<Promise<void>>();
  readonly #wakeUp = new WakeUp();
  readonly #slots: Slots;
  readonly #instance = randomUUID();
  readonly #refused = new AbortController();
  readonly #ended = new AbortController();
  readonly #drain: AbortSignal;
  readonly #stop: AbortSignal;
  #hello = Promise.withResolvers<HelloAnswer>();
  #helloed = false;
  /** Counts connections: what an earlier one has to say is old. */
  #connection = 0;
  /** Whether the present lack of a connection was said. */
  #saidLost = false;
  #answer: HelloAnswer | undefined;
  #stopHints: (() => void) | undefined;
  /** Whether the service wants this runner to claim nothing. */
  #drainAsked = false;

  constructor(options: SessionOptions, drain: AbortSignal, stop: AbortSignal) {
    this.#options = options;
    this.#drain = AbortSignal.any([drain, this.#refused.signal]);
    this.#stop = AbortSignal.any([stop, this.#refused.signal]);
    for (const { attemptId, leaseToken } of options.leftBehind.leases) {
      this.#leases.set(attemptId, new Lease(attemptId, leaseToken, this.#settled));
    }
    this.#slots = new Slots(options.capacity, () => this.#wakeUp.wake());
    this.#drain.addEventListener('abort', () => (this.#slots.draining = true), { once: true });
    this.#service = connectToService({
      serverUrl: options.serverUrl,
      token: options.token,
      runnerId: () => this.#answer?.runnerId,
      // A service that comes back waits one lease before it expires any: the runner has to be there by then.
      longestReconnectMs: () => this.#thirdOfLeaseMs(),
      onOpen: () => {
        this.#saidLost = false;
        this.#connection += 1;
        this.#awaitHello();
        void this.#sayHello(this.#connection);
      },
      onLost: () => this.#lostConnection(),
    });
  }

  async run(): Promise<void> {
    const heartbeats = this.#beat();
    const salvaged = this.#salvage([...this.#leases.values()]);
    await this.#claim();
    this.#stop.addEventListener('abort', () => this.#stopAll(), { once: true });
    if (this.#stop.aborted) this.#stopAll();
    await Promise.all([...this.#work, salvaged]);
    this.#ended.abort();
    await heartbeats;
    if (this.#refused.signal.aborted) throw this.#refused.signal.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    this.#stopHints?.();
    await this.#service[Symbol.asyncDispose]();
  }

  /** Says hello until it is answered; every connection begins with one. */
  async #sayHello(connection: number): Promise<void> {
    try {
      const answer = await this.#service.hello(this.#helloInput());
      if (connection !== this.#connection) return;
      this.#takeAnswer(answer);
      this.#options.logger.info(
        { runnerId: answer.runnerId, kept: answer.keep.length },
        'connected to the service',
      );
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) return;
      if (refusal.code === 'UNAUTHORIZED' || refusal.code === 'PRECONDITION_FAILED') {
        this.#refuse(refusal.message);
        return;
      }
      // The service is there and cannot answer now, for example while its database is away.
      this.#options.logger.warn(
        { reason: refusal.message },
        'the service could not take the hello; trying again',
      );
      if (!(await sleep(1000, this.#ended.signal)) || connection !== this.#connection) return;
      await this.#sayHello(connection);
    }
  }

  #helloInput(): HelloInput {
    const { name, version, labels, capacity, description } = this.#options;
    return {
      protocol: runnerProtocol,
      name,
      instance: this.#instance,
      version,
      labels: [...labels],
      capacity,
      description,
      attempts: this.#leaseRefs(),
    };
  }

  #takeAnswer(answer: HelloAnswer): void {
    this.#answer = answer;
    for (const { attemptId, leaseToken } of answer.keep) this.#leases.get(attemptId)?.renew(leaseToken);
    for (const attemptId of answer.drop) this.#leases.get(attemptId)?.stop('fenced');
    this.#stopHints ??= this.#service.onHint(
      (hint) => {
        if (hint.kind === 'work') this.#wakeUp.wake();
        else for (const attemptId of hint.attemptIds) this.#leases.get(attemptId)?.stop('cancelled');
      },
      // Polling and heartbeats find out what a hint would have said; the next hello listens again.
      (error) => {
        this.#options.logger.debug({ err: error }, 'hints stopped');
        this.#stopHints = undefined;
      },
    );
    this.#helloed = true;
    this.#hello.resolve(answer);
    this.#wakeUp.wake();
  }

  #lostConnection(): void {
    if (this.#ended.signal.aborted) return;
    this.#awaitHello();
    if (this.#saidLost) return;
    this.#saidLost = true;
    const { serverUrl, logger } = this.#options;
    if (this.#answer === undefined)
      logger.warn(`there is no service at ${serverUrl} yet; trying until there is`);
    else logger.warn(`the connection to the service at ${serverUrl} was lost; connecting again`);
  }

  /** From now on, whoever needs a hello waits for the next one: the last one's connection, or its tokens, are old. */
  #awaitHello(): void {
    if (!this.#helloed) return;
    this.#helloed = false;
    this.#hello = Promise.withResolvers();
  }

  #refuse(reason: string): void {
    this.#refused.abort(new RefusedError(reason));
  }

  /** Resolves when no hello is under way. */
  readonly #settled = async (): Promise<void> => {
    await Promise.race([this.#hello.promise, delay(waitMs, undefined, { ref: false })]);
  };

  async #beat(): Promise<void> {
    while (await sleep(this.#answer?.intervals.heartbeatMs ?? 1000, this.#ended.signal)) {
      if (this.#answer === undefined) continue;
      try {
        const answer = await withTimeout(this.#heartbeat(this.#leaseRefs()), this.#thirdOfLeaseMs());
        this.#drainAsAsked(answer.drain);
        for (const attemptId of answer.cancel) this.#leases.get(attemptId)?.stop('cancelled');
        for (const attemptId of answer.fenced) await this.#fence(attemptId);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal?.code === 'UNAUTHORIZED') this.#refuse(refusal.message);
        else this.#options.logger.warn({ reason: messageOf(error) }, 'a heartbeat was not answered');
      }
    }
  }

  #heartbeat(attempts: readonly LeaseRef[]): Promise<HeartbeatAnswer> {
    const { health } = this.#options;
    // A lease does not wait for an engine that does not answer: this heartbeat says what the last look saw.
    void health.look();
    return this.#service.heartbeat(attempts, this.#drain.aborted, health.problem);
  }

  /** A heartbeat may cross a hello that rotates the token, and an attempt may be claimed or ended meanwhile. */
  async #fence(attemptId: number): Promise<void> {
    const lease = this.#leases.get(attemptId);
    if (lease === undefined) return;
    const token = lease.token;
    const answer = await this.#heartbeat([{ attemptId, leaseToken: token }]);
    if (answer.fenced.includes(attemptId) && !(await lease.wasRenewed(token))) lease.stop('fenced');
  }

  async #claim(): Promise<void> {
    const drained = whenAborted(this.#drain);
    const stopped = whenAborted(this.#stop);
    let claimKey: string = randomUUID();
    while (!this.#drain.aborted) {
      const hello = await Promise.race([this.#hello.promise, drained]);
      if (hello === undefined) return;
      const free = this.#room();
      if (free <= 0) {
        await this.#wakeUp.wait(waitMs, this.#drain);
        continue;
      }
      if ((await this.#options.health.look()) !== null) {
        await sleep(problemPollMs, this.#drain);
        continue;
      }
      try {
        const claimed = withTimeout(this.#service.claim(claimKey, free), this.#thirdOfLeaseMs());
        const answer = await Promise.race([claimed, stopped]);
        if (answer === undefined) return;
        const { jobs } = answer;
        claimKey = randomUUID();
        for (const job of jobs) this.#start(job, hello);
        if (jobs.length === 0) await this.#wakeUp.wait(jittered(hello.intervals.pollMs), this.#drain);
      } catch (error) {
        // The same key is asked again: if the claim was committed, its attempts are answered.
        const refusal = refusalOf(error);
        if (refusal?.code === 'UNAUTHORIZED') this.#refuse(refusal.message);
        this.#options.logger.warn({ reason: messageOf(error) }, 'a claim was not answered; asking again');
        await sleep(jittered(hello.intervals.pollMs), this.#drain);
      }
    }
  }

  /** How many Jobs may be claimed now. */
  #room(): number {
    if (this.#drainAsked) return 0;
    return Math.min(this.#slots.room, this.#options.capacity * unfinishedPerSlot - this.#work.size);
  }

  /** A person may have a runner drain, and work again. */
  #drainAsAsked(asked: boolean): void {
    if (asked === this.#drainAsked) return;
    this.#drainAsked = asked;
    this.#slots.draining = asked || this.#drain.aborted;
    this.#options.logger.info(
      asked ? 'draining, as the service asks: no Job is claimed' : 'claiming Jobs again, as the service asks',
    );
    this.#wakeUp.wake();
  }

  /** Beside the claims: nobody waits for it but the end of the session. */
  async #salvage(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    const hello = await Promise.race([this.#hello.promise, whenAborted(this.#stop)]);
    if (hello === undefined) return;
    await Promise.all(
      leases.map(async (lease) => {
        await this.#options.leftBehind.salvage(lease, { service: this.#service, hello });
        this.#leases.delete(lease.attemptId);
      }),
    );
  }

  #start(job: ClaimedJob, hello: HelloAnswer): void {
    if (this.#leases.has(job.attemptId)) return;
    const lease = new Lease(job.attemptId, job.leaseToken, this.#settled);
    this.#leases.set(job.attemptId, lease);
    if (this.#stop.aborted) lease.stop('released');
    const place = this.#slots.enter();
    const session = { service: this.#service, hello };
    const work = this.#options.runJob(job, lease, session, place).finally(() => {
      place.leave();
      this.#leases.delete(job.attemptId);
      this.#work.delete(work);
      this.#wakeUp.wake();
    });
    this.#work.add(work);
  }

  /** What may get lost twice before a lease ends: the wait for an answer, or for a connection. */
  #thirdOfLeaseMs(): number {
    return (this.#answer?.intervals.leaseMs ?? standardLeaseMs) / 3;
  }

  #stopAll(): void {
    for (const lease of this.#leases.values()) lease.stop('released');
  }

  #leaseRefs() {
    return [...this.#leases.values()].map((lease) => ({
      attemptId: lease.attemptId,
      leaseToken: lease.token,
    }));
  }
}
