import { randomUUID } from 'node:crypto';
import { isJobEnded } from '@flotilla/shared/lifecycle/jobLifecycle';
import { isRetried } from '@flotilla/shared/lifecycle/outcome';
import type { AttemptEvent } from '@flotilla/shared/lifecycle/attemptLifecycle';
import { boolean, constantFrom, integer, nat, type Arbitrary, type AsyncCommand } from 'fast-check';
import { refusalOfCall } from '../refusal.ts';
import { ends, type EndName } from './ends.ts';
import type { AttemptModel, LifecycleModel } from './model.ts';
import type { LifecycleReal } from './modelReal.ts';
import { endLease, endTime, janitorRound } from './overdue.ts';

type Command = AsyncCommand<LifecycleModel, LifecycleReal>;

/** Something that somebody does to one of several things there are; `which` says which. */
interface Deed<T> {
  readonly name: string;
  readonly among: (model: Readonly<LifecycleModel>) => readonly T[];
  readonly act: (one: T, model: LifecycleModel, real: LifecycleReal) => Promise<void>;
}

const eventOf = {
  succeeded: 'succeed',
  failed: 'fail',
  timedOut: 'timeOut',
  cancelled: 'cancel',
  errored: 'error',
  noImage: 'error',
} as const satisfies Readonly<Record<EndName, AttemptEvent>>;

const live = (model: Readonly<LifecycleModel>) => model.live;
const ended = (model: Readonly<LifecycleModel>) => model.ended;
const jobs = (model: Readonly<LifecycleModel>) => model.jobs;
const executions = (model: Readonly<LifecycleModel>) => model.executions;
const anyEnd = constantFrom(...(Object.keys(ends) as EndName[]));

/** Everything that can happen, each to what `which` picks. Without claims there is nothing for the others: they come more often. */
export const allCommands: Arbitrary<Command>[] = [
  ...Array.from({ length: 6 }, () => claimSome()),
  command({
    name: 'claim again by an earlier key',
    among: ended,
    act: async ({ claimKey, runner }, model, real) => {
      const again = await real.runner(runner).claim(9, claimKey);
      const expected = model.live.filter((attempt) => attempt.claimKey === claimKey);
      real.expectEqual(
        again.map(({ attemptId, leaseToken }) => ({ attemptId, leaseToken })),
        // In the order of their ids, whatever became of them since.
        expected.map(({ lease }) => lease).sort((one, other) => one.attemptId - other.attemptId),
      );
    },
  }),
  command({
    name: 'report progress',
    among: live,
    act: async (attempt, model, real) => {
      await real.runner(attempt.runner).service.progress(attempt.lease, []);
      model.report(attempt);
    },
  }),
  ...Array.from({ length: 3 }, () => anyEnd.chain((end) => finish(end))),
  anyEnd.chain((end) => writeLate(end)),
  command({
    name: 'write with a lease that was replaced',
    among: (model) => model.staleLeases,
    act: async (lease, _model, real) => {
      const runner = real.runner(0);
      real.expectEqual(await runner.finish(lease, ends.succeeded), { result: 'fenced' });
      await runner.service.release(lease);
      await runner.service.surrender(lease);
    },
  }),
  command({
    name: 'let the lease run out',
    among: live,
    act: async (attempt, model, { flotilla: { service }, expectEqual }) => {
      await endLease(service.sql, attempt.lease.attemptId);
      expectEqual(await janitorRound(service), [attempt.lease.attemptId]);
      model.end(attempt, 'lose');
    },
  }),
  command({
    name: 'let the time run out',
    among: live,
    act: async (attempt, model, { flotilla: { service }, expectEqual }) => {
      await endTime(service.sql, attempt.lease.attemptId);
      const begun = attempt.state === 'running';
      expectEqual(await janitorRound(service), begun ? [attempt.lease.attemptId] : []);
      if (!begun) return;
      model.end(attempt, 'timeOut');
      // Whoever sends afterwards is fenced.
      attempt.lease = { ...attempt.lease, leaseToken: randomUUID() };
    },
  }),
  command({
    name: 'surrender',
    among: live,
    act: async (attempt, model, real) => {
      await real.runner(attempt.runner).service.surrender(attempt.lease);
      model.end(attempt, 'lose');
    },
  }),
  command({
    name: 'release',
    among: live,
    act: async (attempt, model, real) => {
      await real.runner(attempt.runner).service.release(attempt.lease);
      model.end(attempt, 'release');
    },
  }),
  command({
    name: 'connect again with',
    among: (_model) => [0, 1],
    act: async (runner, model, real) => hello(runner, true, model, real, () => true),
  }),
  boolean().chain((keepsFirst) =>
    command({
      name: `restart, ${keepsFirst ? 'with' : 'without'} what it can salvage,`,
      among: (_model) => [0, 1],
      act: async (runner, model, real) =>
        hello(runner, false, model, real, (place) => keepsFirst && place === 0),
    }),
  ),
  command({
    name: 'heartbeat of',
    among: (_model) => [0, 1],
    act: async (runner, model, real) => {
      const own = model.attempts.filter((attempt) => attempt.runner === runner);
      const answer = await real.runner(runner).service.heartbeat(
        own.map(({ lease }) => lease),
        false,
      );
      const idsOf = (attempts: readonly AttemptModel[]) => attempts.map(({ lease }) => lease.attemptId);
      real.expectEqual(
        { cancel: new Set(answer.cancel), fenced: new Set(answer.fenced) },
        {
          cancel: new Set(idsOf(own.filter((one) => model.live.includes(one) && one.job.cancelRequested))),
          fenced: new Set(idsOf(own.filter((one) => model.ended.includes(one)))),
        },
      );
    },
  }),
  command({
    name: 'let the pause after an error pass',
    among: (model) => model.jobs.filter(({ state, backsOff }) => state === 'queued' && backsOff),
    act: async (job, _model, real) => {
      await real.endBackOff(job.id);
      job.backsOff = false;
    },
  }),
  command({
    name: 'cancel the Job',
    among: jobs,
    act: async (job, model, { api }) => {
      await api.jobs.cancel.mutate({ jobId: job.id });
      model.cancel(job);
    },
  }),
  command({
    name: 'rerun the Job',
    among: jobs,
    act: async (job, model, { api }) => {
      const rerun = api.jobs.rerun.mutate({ jobId: job.id });
      if (!isJobEnded(job.state)) return void (await refusalOfCall(rerun));
      await rerun;
      model.rerun(job.execution, [job]);
    },
  }),
  command({
    name: 'cancel the Execution',
    among: executions,
    act: async (execution, model, { api }) => {
      await api.executions.cancel.mutate({ executionId: execution.id });
      model.cancelExecution(execution);
    },
  }),
  constantFrom('failed' as const, 'all' as const).chain((scope) =>
    command({
      name: `rerun ${scope} of the Execution`,
      among: executions,
      act: async (execution, model, { api, expectEqual }) => {
        const rerun = api.executions.rerun.mutate({ executionId: execution.id, scope });
        const chosen = execution.jobs.filter(
          ({ state }) => isJobEnded(state) && (scope === 'all' || state !== 'succeeded'),
        );
        if (chosen.length === 0) return void (await refusalOfCall(rerun));
        expectEqual(await rerun, { jobs: chosen.length });
        model.rerun(execution, chosen);
      },
    }),
  ),
  command({
    name: 'pause',
    among: executions,
    act: async (execution, model, { api }) => {
      await api.executions.pause.mutate({ executionId: execution.id });
      model.pause(execution);
    },
  }),
  command({
    name: 'resume',
    among: executions,
    act: async (execution, model, { api }) => {
      await api.executions.resume.mutate({ executionId: execution.id });
      model.resume(execution);
    },
  }),
];

function command<T>(deed: Deed<T>): Arbitrary<Command> {
  return nat(6).map((which) => ({
    check: (model) => deed.among(model).length > 0,
    run: async (model, real) => {
      const all = deed.among(model);
      await deed.act(all[which % all.length] as T, model, real);
      model.look();
      await real.compare(model);
    },
    toString: () => `${deed.name} ${which}`,
  }));
}

function claimSome(): Arbitrary<Command> {
  return integer({ min: 1, max: 3 }).chain((free) =>
    command({
      name: `claim ${free} by`,
      among: (_model) => [0, 1],
      act: async (runner, model, real) => {
        const expected = model.claimable(free);
        const claimKey = randomUUID();
        const claimed = await real.runner(runner).claim(free, claimKey);
        real.expectEqual(
          claimed.map(({ jobId }) => jobId),
          expected.map(({ id }) => id),
        );
        for (const [index, job] of expected.entries()) {
          const lease = claimed[index];
          if (lease === undefined) throw new Error('the claim was compared');
          const { attemptId, leaseToken } = lease;
          model.claim(job, runner, claimKey, { attemptId, leaseToken });
        }
      },
    }),
  );
}

function finish(end: EndName): Arbitrary<Command> {
  return command({
    name: `finish as ${end}`,
    among: live,
    act: async (attempt, model, real) => {
      real.expectEqual(await real.runner(attempt.runner).finish(attempt.lease, ends[end]), {
        result: 'done',
      });
      model.end(attempt, eventOf[end], isRetried(ends[end]));
    },
  });
}

/** Whoever held an Attempt that has ended changes nothing any more (I2, I3). */
function writeLate(end: EndName): Arbitrary<Command> {
  return command({
    name: `finish late as ${end}`,
    among: ended,
    act: async ({ lease, runner: by, state }, _model, real) => {
      const runner = real.runner(by);
      const { result } = await runner.finish(lease, ends[end]);
      real.expectEqual(result === 'fenced' || (state !== 'lost' && state !== 'released'), true);
      await runner.service.release(lease);
      await runner.service.surrender(lease);
      await refusalOfCall(runner.service.progress(lease, []));
    },
  });
}

/** A Runner says hello and names of its live Attempts, by their places, which it still has. */
async function hello(
  runner: number,
  sameInstance: boolean,
  model: LifecycleModel,
  real: LifecycleReal,
  names: (place: number) => boolean,
): Promise<void> {
  const own = model.live.filter((attempt) => attempt.runner === runner);
  const named = own.filter((_attempt, place) => names(place));
  const keep = await real.hello(
    runner,
    sameInstance,
    named.map(({ lease }) => lease),
  );
  for (const attempt of named) {
    const kept = keep.find(({ attemptId }) => attemptId === attempt.lease.attemptId);
    if (kept === undefined) throw new Error(`Attempt ${attempt.lease.attemptId} was not kept`);
    model.staleLeases.push(attempt.lease);
    attempt.lease = kept;
  }
  if (!sameInstance) for (const attempt of own) if (!named.includes(attempt)) model.end(attempt, 'lose');
}
