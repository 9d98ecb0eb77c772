import { connect } from '../service/src/db/database.ts';
import type { Benchmark, Figure, Settings } from './support/figure.ts';
import { openLocalService } from './support/localService.ts';
import { rateOfNoOpJobs, untilSealed } from './support/noOpJobs.ts';
import { openQueue } from './support/queuedJobs.ts';
import { rateOfGraphileWorker } from './support/rivals/graphileWorker.ts';
import { rateOfPgBoss } from './support/rivals/pgBoss.ts';
import { median, relativeRange } from './support/statistics.ts';

/** docs/performance.md. */
const callers = 24;
/** Jobs of one round: a few seconds for the slow ones, and for the fast ones enough to be measured. */
const roundJobs = 10_000;

interface Contender {
  readonly name: string;
  /** Jobs per second of one round. */
  readonly run: () => Promise<number>;
}

/**
 * Claim and finish of Jobs that do nothing, through the functions of the service that a runner's calls end in, with all
 * rules: leases, fences, labels, fair ranks, admission (`-limited`: each finish makes room below `maxParallel`), hints,
 * and the sealing of the empty logs. Against graphile-worker and pg-boss on the same Postgres, in interleaved rounds.
 */
export const claimFinishVsGraphileWorker: Benchmark = async function* (settings) {
  await using local = await openLocalService({ fairness: 'owner' });
  const { service, postgres } = local;
  const queue = await openQueue(service, roundJobs);
  const rivals = postgres.url.replace(/\/flotilla$/, '/rivals');
  await using connections = connect(postgres.url, { max: 1 });
  await connections.sql`create database rivals`;

  const ours = (name: string, free: number, action = {}): Contender => ({
    name,
    async run() {
      await queue.enqueue(roundJobs, { requires: ['linux'], ...action });
      const rate = await rateOfNoOpJobs(service, queue.runnerId, { jobs: roundJobs, callers, free });
      await untilSealed(service);
      return rate;
    },
  });
  const graphileWorker = (name: string, batched: boolean): Contender => ({
    name,
    run: () => rateOfGraphileWorker(rivals, { jobs: roundJobs, concurrency: callers, batched }),
  });
  const pgBoss = (batch: number, jobs: number): Contender => ({
    name: `pg-boss-${batch}`,
    run: () => rateOfPgBoss(rivals, { jobs, callers, batch }),
  });
  const contenders = [
    ours('claim-finish-vs-graphile-worker', 1),
    graphileWorker('graphile-worker', false),
    ours('claim-finish-limited-vs-graphile-worker', 1, { maxParallel: 1000, maxFailures: 1000 }),
    ours('claim-finish-50-vs-graphile-worker-batched', 50),
    graphileWorker('graphile-worker-batched', true),
    pgBoss(1, 1000),
    pgBoss(10, 5000),
    pgBoss(100, roundJobs),
  ];
  yield* figures(contenders, await rounds(contenders, settings));
};

/** The rates of each contender, one per round. */
async function rounds(
  contenders: readonly Contender[],
  settings: Settings,
): Promise<ReadonlyMap<string, number[]>> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < settings.rounds; round++) {
    for (const { name, run } of contenders) {
      const rate = await run();
      rates.get(name)?.push(rate);
      settings.say(`round ${round + 1}, ${name}: ${rate.toFixed(0)} Jobs/s`);
    }
  }
  return rates;
}

function* figures(
  contenders: readonly Contender[],
  rates: ReadonlyMap<string, readonly number[]>,
): Generator<Figure> {
  for (const { name } of contenders) {
    const own = rates.get(name) ?? [];
    const rival = name.split('-vs-')[1];
    const other = rival === undefined ? undefined : rates.get(rival);
    yield {
      name,
      value: median(own),
      unit: 'Jobs/s',
      ...(other === undefined
        ? {}
        : {
            ratio: median(own.map((rate, round) => rate / (other[round] ?? Number.NaN))),
            rival: `${rival} at concurrency ${callers}: ${median(other).toFixed(0)} jobs/s`,
          }),
      n: own.length,
      spread: relativeRange(own),
    };
  }
}
