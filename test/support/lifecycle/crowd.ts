import { randomUUID } from 'node:crypto';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import { startExecution } from '../actionText.ts';
import { makeRepositories } from '../repositories.ts';
import type { TestRunner } from '../testRunner.ts';
import { testService, type TestService } from '../testService.ts';
import { waitFor } from '../waitFor.ts';
import { ends } from './ends.ts';
import { brokenInvariants, EndedAttempts, unsettled } from './invariants.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

export interface Held {
  readonly runner: TestRunner;
  readonly lease: LeaseRef;
}

/** Editors and Runners of two replicas, all at work on the same Executions. */
export class Crowd {
  readonly replicas: readonly TestService[];
  /** Even ones on the first replica, odd ones on the second; the first two are one Runner with two connections. */
  readonly runners: readonly TestRunner[];
  executionIds: number[] = [];
  jobIds: number[] = [];
  /** In the order of their claims. */
  leases: Held[] = [];
  #ended = new EndedAttempts();

  constructor(replicas: readonly TestService[], runners: readonly TestRunner[]) {
    this.replicas = replicas;
    this.runners = runners;
  }

  get #first(): TestService {
    const [first] = this.replicas;
    if (first === undefined) throw new Error('a crowd has replicas');
    return first;
  }

  #runnerAt(number: number): TestRunner {
    const runner = this.runners[number % this.runners.length];
    if (runner === undefined) throw new Error('a crowd has Runners');
    return runner;
  }

  /** Starts Executions of three Jobs each, and forgets those before. */
  async start(limits: readonly Readonly<Record<string, number>>[]): Promise<void> {
    const { api } = this.#first;
    const started = await Promise.all(limits.map((values) => startExecution(api, values)));
    this.executionIds = started.map(({ id }) => id);
    const jobs = await Promise.all(this.executionIds.map((executionId) => listJobs(api, executionId)));
    this.jobIds = jobs.flat().map(({ id }) => id);
    this.leases = [];
    this.#ended = new EndedAttempts();
  }

  async claim(who: number, free: number, claimKey?: string): Promise<ClaimedJob[]> {
    const runner = this.#runnerAt(who);
    const jobs = await runner.claim(free, claimKey);
    for (const { attemptId, leaseToken } of jobs)
      this.leases.push({ runner, lease: { attemptId, leaseToken } });
    return jobs;
  }

  /** One claim, sent to both replicas: they never make two sets of Attempts. */
  async claimTwice(free: number): Promise<void> {
    const key = randomUUID();
    const answers = await Promise.all([this.claim(0, free, key), this.claim(1, free, key)]);
    const attempts = new Set(answers.flat().map(({ attemptId }) => attemptId));
    if (attempts.size > free)
      throw new Error(`a claim of ${free} Jobs made Attempts ${[...attempts].join(', ')}`);
  }

  /** What is broken now, whatever still goes on. */
  async broken(): Promise<string[]> {
    const { sql, config } = this.#first.service;
    const [broken, changed] = await Promise.all([
      brokenInvariants(sql, this.executionIds, config.leaseMs),
      this.#ended.changed(sql, this.executionIds),
    ]);
    return [...broken, ...changed];
  }

  /** Waits until admissions and settlements have done what they were asked for. Nobody looks by himself. */
  async settled(): Promise<void> {
    let due: string[] = [];
    try {
      await waitFor('admissions and settlements to be done', async () => {
        due = await unsettled(this.#first.service.sql, this.executionIds);
        return due.length === 0;
      });
    } catch (error) {
      throw due.length === 0 ? error : new Error(due.join('; '), { cause: error });
    }
  }

  /**
   * Ends all of it, and returns what has not ended. Whatever was done before, a cancellation and the word of each Runner
   * end every Job.
   */
  async finish(): Promise<string[]> {
    const { api, service } = this.#first;
    await Promise.all(this.executionIds.map((executionId) => api.executions.cancel.mutate({ executionId })));
    const live = await service.sql<{ id: string; lease_token: string }[]>`
      select id, lease_token from attempts where state in ('claimed', 'running')`;
    const runner = this.#runnerAt(0);
    for (const { id, lease_token: leaseToken } of live)
      await runner.finish({ attemptId: Number(id), leaseToken }, ends.cancelled);
    await this.settled();
    const executions = await Promise.all(
      this.executionIds.map((executionId) => api.executions.get.query({ executionId })),
    );
    return executions.filter(({ endedAt }) => endedAt === null).map(({ id, state }) => `${id} is ${state}`);
  }
}

/** Opens two replicas on one database, and four Runners. */
export async function openCrowd(): Promise<Crowd & AsyncDisposable> {
  await using resources = new AsyncDisposableStack();
  // Nothing happens by itself, but what a call asks for.
  const config = { janitorMs: 3_600_000, leaseMs: 3_600_000 };
  const first = resources.use(
    await testService({
      repositories: (folder) => makeRepositories(folder, ['one', 'three', 'two']),
      config,
    }),
  );
  const second = resources.use(
    await testService({ database: first.database, repositoriesFolder: first.repositoriesFolder, config }),
  );
  const twin = { name: 'twin', instance: randomUUID() };
  const runners = [];
  for (const [index, options] of [twin, twin, {}, {}].entries()) {
    const replica = index % 2 === 0 ? first : second;
    runners.push(await replica.connectRunner({ token: first.runnerToken, ...options }));
  }
  const owned = resources.move();
  return Object.assign(new Crowd([first, second], runners), {
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}
