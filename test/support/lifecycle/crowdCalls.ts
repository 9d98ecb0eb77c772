import { constantFrom, nat, record, type Arbitrary } from 'fast-check';
import { refusalOf } from '../../../runner/src/session/serviceClient.ts';
import type { Crowd, Held } from './crowd.ts';
import { ends, type EndName } from './ends.ts';
import { janitorRound } from './overdue.ts';

const endNames = Object.keys(ends) as EndName[];

/** What somebody does, while others do something else. */
const deeds = {
  claim: (crowd, { who, which }) => crowd.claim(who, (which % 3) + 1),
  /** The same call twice at the same moment, on both replicas. */
  claimTwice: (crowd, { which }) => crowd.claimTwice((which % 3) + 1),
  report: (crowd, call) => withLease(crowd, call, ({ runner, lease }) => runner.service.progress(lease, [])),
  finish: (crowd, call) =>
    withLease(crowd, call, ({ runner, lease }) => runner.finish(lease, ends[pick(endNames, call.how)])),
  finishTwice: (crowd, call) =>
    withLease(crowd, call, ({ lease }) =>
      Promise.all(
        crowd.runners.map((runner, index) => runner.finish(lease, ends[pick(endNames, call.how + index)])),
      ),
    ),
  release: (crowd, call) => withLease(crowd, call, ({ runner, lease }) => runner.service.release(lease)),
  surrender: (crowd, call) => withLease(crowd, call, ({ runner, lease }) => runner.service.surrender(lease)),
  heartbeat: (crowd, { who }) =>
    pick(crowd.runners, who).service.heartbeat(crowd.leases.map(({ lease }) => lease).slice(-50), false),
  lose: (crowd, call) =>
    withLease(crowd, call, async ({ lease: { attemptId } }) => {
      const { service } = pick(crowd.replicas, call.who);
      await service.sql`update attempts set lease_expires_at = now() - interval '1 second'
                 where id = ${attemptId} and state in ('claimed', 'running')`;
      await janitorRound(service);
    }),
  timeOut: (crowd, call) =>
    withLease(crowd, call, async ({ lease: { attemptId } }) => {
      const { service } = pick(crowd.replicas, call.who);
      await service.sql`update attempts set deadline_at = now() - interval '1 day'
                 where id = ${attemptId} and state = 'running'`;
      await janitorRound(service);
    }),
  endBackOffs: async (crowd, { who }) => {
    const { service } = pick(crowd.replicas, who);
    await service.sql`update jobs set not_before = now() where not_before > now()`;
    service.admission.look(null);
  },
  cancelJob: (crowd, call) => api(crowd, call).jobs.cancel.mutate({ jobId: pick(crowd.jobIds, call.which) }),
  rerunJob: (crowd, call) => api(crowd, call).jobs.rerun.mutate({ jobId: pick(crowd.jobIds, call.which) }),
  cancelExecution: (crowd, call) => api(crowd, call).executions.cancel.mutate(execution(crowd, call)),
  rerunExecution: (crowd, call) =>
    api(crowd, call).executions.rerun.mutate({
      ...execution(crowd, call),
      scope: pick(['failed', 'all'], call.how),
    }),
  pause: (crowd, call) => api(crowd, call).executions.pause.mutate(execution(crowd, call)),
  resume: (crowd, call) => api(crowd, call).executions.resume.mutate(execution(crowd, call)),
} as const satisfies Readonly<Record<string, (crowd: Crowd, call: Call) => Promise<unknown>>>;

/** One call: what, by whom, to which, and how, the last three as numbers that pick. */
export interface Call {
  readonly deed: keyof typeof deeds;
  readonly who: number;
  readonly which: number;
  readonly how: number;
}

/** What makes and ends Attempts comes more often than what stops everything. */
const often = ['claim', 'claim', 'claim', 'finish', 'finish', 'finish', 'resume', 'rerunExecution'] as const;

export const anyCall: Arbitrary<Call> = record({
  deed: constantFrom(...(Object.keys(deeds) as (keyof typeof deeds)[]), ...often),
  who: nat(5),
  which: nat(11),
  how: nat(11),
});

/** Makes calls at the same moment; throws when any is refused for another reason than that it came too late. */
export async function makeTogether(crowd: Crowd, calls: readonly Call[]): Promise<void> {
  const made = await Promise.allSettled(calls.map((call) => make(crowd, call)));
  const failures = made.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (failures.length > 0) throw new AggregateError(failures, 'calls failed');
}

/** Makes a call. Being fenced, or having nothing to rerun, is an answer; every other refusal is a defect. */
async function make(crowd: Crowd, call: Call): Promise<void> {
  try {
    await deeds[call.deed](crowd, call);
  } catch (error) {
    const code = refusalOf(error)?.flotilla;
    if (code !== 'attempt.fenced' && code !== 'request.conflict') throw error;
  }
}

async function withLease(crowd: Crowd, call: Call, act: (held: Held) => Promise<unknown>): Promise<void> {
  // Of late, so that most of them live.
  const held = crowd.leases.at(-1 - call.which);
  if (held !== undefined)
    await act({ ...held, runner: call.who % 2 === 0 ? held.runner : pick(crowd.runners, call.who) });
}

const api = (crowd: Crowd, { who }: Call) => pick(crowd.replicas, who).api;
const execution = (crowd: Crowd, { which }: Call) => ({ executionId: pick(crowd.executionIds, which) });

function pick<T>(all: readonly T[], number: number): T {
  const picked = all[number % all.length];
  if (picked === undefined) throw new Error('there is nothing to pick from');
  return picked;
}
