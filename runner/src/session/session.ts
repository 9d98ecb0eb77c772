import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flotilla/shared/errors';
import type { ClaimedJob, HelloAnswer, HelloInput } from '@flotilla/shared/protocol/runnerMessages';
import { runnerProtocol } from '@flotilla/shared/protocol/version';
import type { Logger } from 'pino';
import { Lease } from './lease.ts';
import { pause, WakeUp } from './pause.ts';
import { connectToService, refusalOf, type ServiceClient } from './serviceClient.ts';

export interface SessionOptions {
  readonly serverUrl: string;
  readonly token: string;
  readonly name: string;
  readonly version: string;
  readonly labels: readonly string[];
  readonly capacity: number;
  readonly description: string;
  readonly logger: Logger;
  /** Whether containers can be started now; while not, nothing is claimed. */
  readonly canWork: () => Promise<boolean>;
  /** Runs one Job to its end. Never rejects: how it ended is the service's to know. */
  readonly runJob: (job: ClaimedJob, lease: Lease, session: RunningSession) => Promise<void>;
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
/** Between two checks whether containers can be started again. */
const canWorkPollMs = 5000;

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

  constructor(options: SessionOptions, drain: AbortSignal, stop: AbortSignal) {
    this.#options = options;
    this.#drain = AbortSignal.any([drain, this.#refused.signal]);
    this.#stop = AbortSignal.any([stop, this.#refused.signal]);
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
    await this.#claim();
    this.#stop.addEventListener('abort', () => this.#stopAll(), { once: true });
    if (this.#stop.aborted) this.#stopAll();
    await Promise.all(this.#work);
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
      if (!(await pause(1000, this.#ended.signal)) || connection !== this.#connection) return;
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
    while (await pause(this.#answer?.intervals.heartbeatMs ?? 1000, this.#ended.signal)) {
      if (this.#answer === undefined) continue;
      try {
        const answer = await withTimeout(
          this.#service.heartbeat(this.#leaseRefs(), this.#drain.aborted),
          this.#thirdOfLeaseMs(),
        );
        for (const attemptId of answer.cancel) this.#leases.get(attemptId)?.stop('cancelled');
        for (const attemptId of answer.fenced) await this.#fence(attemptId);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal?.code === 'UNAUTHORIZED') this.#refuse(refusal.message);
        else this.#options.logger.warn({ reason: messageOf(error) }, 'a heartbeat was not answered');
      }
    }
  }

  /** A heartbeat may cross a hello that rotates the token, and an attempt may be claimed or ended meanwhile. */
  async #fence(attemptId: number): Promise<void> {
    const lease = this.#leases.get(attemptId);
    if (lease === undefined) return;
    const token = lease.token;
    const answer = await this.#service.heartbeat([{ attemptId, leaseToken: token }], this.#drain.aborted);
    if (answer.fenced.includes(attemptId) && !(await lease.wasRenewed(token))) lease.stop('fenced');
  }

  async #claim(): Promise<void> {
    const drained = whenAborted(this.#drain);
    const stopped = whenAborted(this.#stop);
    let claimKey: string = randomUUID();
    while (!this.#drain.aborted) {
      const hello = await Promise.race([this.#hello.promise, drained]);
      if (hello === undefined) return;
      const free = this.#options.capacity - this.#work.size;
      if (free <= 0) {
        await this.#wakeUp.wait(waitMs, this.#drain);
        continue;
      }
      if (!(await this.#options.canWork())) {
        await pause(canWorkPollMs, this.#drain);
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
        await pause(jittered(hello.intervals.pollMs), this.#drain);
      }
    }
  }

  #start(job: ClaimedJob, hello: HelloAnswer): void {
    if (this.#leases.has(job.attemptId)) return;
    const lease = new Lease(job.attemptId, job.leaseToken, this.#settled);
    this.#leases.set(job.attemptId, lease);
    if (this.#stop.aborted) lease.stop('released');
    const work = this.#options.runJob(job, lease, { service: this.#service, hello }).finally(() => {
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

/** Between half and the whole of an interval, so that runners do not ask in step. */
function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}

async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
