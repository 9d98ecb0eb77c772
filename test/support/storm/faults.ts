import { setTimeout as delay } from 'node:timers/promises';
import { intervals } from '../faultDeployment.ts';
import type { Fleet } from './fleet.ts';
import { persist } from '../persist.ts';
import type { Random } from './random.ts';

/** One kind of fault. It is over, and mended, when its promise resolves. */
export interface Fault {
  readonly name: string;
  strike(fleet: Fleet, random: Random): Promise<void>;
}

const { lease } = intervals;
const pause = (random: Random, leases: readonly [number, number]) =>
  delay(random.between(leases[0], leases[1]) * lease);
const network = ({ networks }: Fleet, random: Random) => random.one([networks.runners, networks.editors]);

/** What a storm is made of: every kind of fault of docs/spec/faults.md that strikes from outside. */
export const faults: readonly Fault[] = [
  {
    name: 'a runner is killed and back at once',
    async strike({ runners }, random) {
      const runner = random.one(runners);
      await runner.kill();
      runner.startAgain();
    },
  },
  {
    name: 'a runner is killed and back after its lease',
    async strike({ runners }, random) {
      const runner = random.one(runners);
      await runner.kill();
      await pause(random, [1, 2]);
      runner.startAgain();
    },
  },
  {
    name: 'a runner is paused for less than its lease',
    strike: ({ runners }, random) => paused(random.one(runners).program, pause(random, [0.2, 0.7])),
  },
  {
    name: 'a runner is paused for longer than its lease',
    strike: ({ runners }, random) => paused(random.one(runners).program, pause(random, [1.2, 2])),
  },
  {
    name: 'a replica is killed and back',
    async strike({ replicas }, random) {
      const replica = random.one(replicas);
      await replica.end('SIGKILL');
      await pause(random, [0, 0.5]);
      await replica.startAgain();
    },
  },
  {
    name: 'the replicas are restarted one after the other',
    async strike({ replicas }) {
      for (const replica of replicas) {
        await replica.end('SIGTERM');
        await replica.startAgain();
      }
    },
  },
  {
    name: 'a replica is paused',
    strike: ({ replicas }, random) => paused(random.one(replicas).program, pause(random, [0.2, 1.5])),
  },
  {
    name: 'Postgres restarts as after a crash',
    strike: ({ deployment }, random) => deployment.postgres.restartImmediately(() => pause(random, [0, 1])),
  },
  {
    name: 'the connection that listens for hints is ended',
    strike: ({ deployment }) => terminate(deployment.sql, 'listen'),
  },
  {
    name: 'all connections to the database are ended',
    strike: ({ deployment }) => terminate(deployment.sql, ''),
  },
  {
    name: 'all connections of a network are cut',
    async strike(fleet, random) {
      network(fleet, random).drop();
    },
  },
  {
    name: 'a network is slow',
    async strike(fleet, random) {
      const slow = network(fleet, random);
      slow.delay(random.between(20, 150));
      await pause(random, [0.5, 1.5]);
      slow.restore();
    },
  },
  {
    name: 'a network is down for less than a lease',
    async strike(fleet, random) {
      const down = network(fleet, random);
      down.blackHole();
      await pause(random, [0.2, 0.7]);
      down.restore();
    },
  },
  {
    name: 'a network is down for longer than a lease',
    async strike(fleet, random) {
      const down = network(fleet, random);
      down.blackHole();
      await pause(random, [1.2, 2]);
      down.restore();
    },
  },
  {
    name: 'the answers of the service are lost',
    async strike(fleet, random) {
      const half = network(fleet, random);
      half.blackHole('answers');
      await pause(random, [0.1, 0.3]);
      half.drop();
      half.restore();
    },
  },
  {
    name: 'all connections of a network are half-open',
    async strike(fleet, random) {
      network(fleet, random).freeze();
    },
  },
];

interface Pausable {
  signal(name: NodeJS.Signals): void;
}

async function paused(program: Pausable, over: Promise<void>): Promise<void> {
  program.signal('SIGSTOP');
  await over;
  program.signal('SIGCONT');
}

/** Ends the backends of the deployment whose last statement begins so. */
async function terminate(sql: Fleet['deployment']['sql'], statement: string): Promise<void> {
  await persist(
    () => sql`
      select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and query ilike ${`${statement}%`}`,
  );
}
