import { randomUUID } from 'node:crypto';
import { deepStrictEqual } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import { startExecution } from '../actionText.ts';
import type { TestRunner } from '../testRunner.ts';
import type { TestService } from '../testService.ts';
import { waitFor } from '../waitFor.ts';
import { brokenInvariants, EndedAttempts } from './invariants.ts';
import type { ExecutionModel, LifecycleModel } from './model.ts';
import { pictureOfModel, pictureOfService } from './picture.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

interface ConnectedRunner {
  readonly name: string;
  readonly instance: string;
  readonly client: TestRunner;
}

/** What commands of the model are applied to: a service, and two Runners by their numbers. */
export class LifecycleReal {
  readonly flotilla: TestService;
  readonly #runners: ConnectedRunner[];
  readonly #ended = new EndedAttempts();

  private constructor(flotilla: TestService, runners: ConnectedRunner[]) {
    this.flotilla = flotilla;
    this.#runners = runners;
  }

  /** The pause after an errored Attempt lasts until {@link endBackOff}, by a trigger of the test's database. */
  static async open(flotilla: TestService): Promise<LifecycleReal> {
    await flotilla.service.sql`
      create function long_pause() returns trigger language plpgsql as $$
      begin
        if new.not_before > now() then new.not_before := now() + interval '1 day'; end if;
        return new;
      end $$`;
    await flotilla.service.sql`
      create trigger long_pause before update of not_before on jobs for each row execute function long_pause()`;
    const runners = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const instance = randomUUID();
        return { name, instance, client: await flotilla.connectRunner({ name, instance }) };
      }),
    );
    return new LifecycleReal(flotilla, runners);
  }

  get api(): TestService['api'] {
    return this.flotilla.api;
  }
  get sql(): TestService['service']['sql'] {
    return this.flotilla.service.sql;
  }

  runner(number: number): TestRunner {
    return this.#of(number).client;
  }

  /** Says hello in the name of a Runner; the connection before is closed. Returns what it keeps. */
  async hello(
    number: number,
    sameInstance: boolean,
    attempts: readonly LeaseRef[],
  ): Promise<readonly LeaseRef[]> {
    const { name, instance: before, client: old } = this.#of(number);
    const instance = sameInstance ? before : randomUUID();
    const client = await this.flotilla.connectRunner({ name, instance, attempts });
    this.#runners[number] = { name, instance, client };
    await old[Symbol.asyncDispose]();
    return client.hello.keep;
  }

  /** Starts an Execution of all repositories, in the model too. */
  async start(
    model: LifecycleModel,
    limits: Pick<ExecutionModel, 'maxParallel' | 'maxFailures'>,
  ): Promise<void> {
    const given = Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== null));
    const { id } = await startExecution(this.api, given);
    const jobs = await listJobs(this.api, id);
    model.start(
      id,
      limits,
      jobs.map((job) => job.id).sort((a, b) => a - b),
    );
  }

  async endBackOff(jobId: number): Promise<void> {
    await this.sql`update jobs set not_before = now() where id = ${jobId}`;
    this.flotilla.service.admission.look(null);
  }

  expectEqual = (actual: unknown, expected: unknown): void => deepStrictEqual(actual, expected);

  /** Waits until the service shows what the model has, which takes a look of the admission and of the settlement; then looks at the rows. */
  async compare(model: LifecycleModel): Promise<void> {
    const executionIds = model.executions.map(({ id }) => id);
    const expected = pictureOfModel(model);
    let actual: unknown;
    const same = async () => {
      actual = await pictureOfService(this.flotilla, executionIds);
      return isDeepStrictEqual(actual, expected);
    };
    try {
      await waitFor('the service to be as the model', same, { everyMs: 5 });
    } catch (error) {
      deepStrictEqual(actual, expected);
      throw error;
    }
    const { leaseMs } = this.flotilla.service.config;
    const broken = await Promise.all([
      brokenInvariants(this.sql, executionIds, leaseMs),
      this.#ended.changed(this.sql, executionIds),
    ]);
    this.expectEqual(broken.flat(), []);
  }

  /** Empties the queue, so that nothing of this model is claimed for the next one. */
  async clear(model: LifecycleModel): Promise<void> {
    for (const { id: executionId } of model.executions)
      await this.api.executions.cancel.mutate({ executionId });
    for (const { runner, lease } of model.live)
      await this.runner(runner).finish(lease, { kind: 'cancelled', step: null });
  }

  #of(number: number) {
    const runner = this.#runners[number];
    if (runner === undefined) throw new Error(`there is no Runner ${number}`);
    return runner;
  }
}
