import { setTimeout as delay } from 'node:timers/promises';
import { faults } from './faults.ts';
import { startFleet, type FleetOptions } from './fleet.ts';
import { readLedger, type Ledger } from './ledger.ts';
import { keepBusy } from './load.ts';
import { sampleMemory, type MemorySample } from './memory.ts';
import { randomOf } from './random.ts';

export interface StormOptions extends FleetOptions {
  readonly seed: string;
  /** How long faults strike, in milliseconds, and longer until so many kinds of them have. */
  readonly ms: number;
  readonly minimumKinds: number;
  /** Shortest and longest time between two faults, in milliseconds. */
  readonly calmMs: readonly [number, number];
  /** Jobs that the load has at least. */
  readonly minimumJobs: number;
  /** How long the Jobs may take that have not ended when the storm is over, in milliseconds. */
  readonly patienceMs: number;
  readonly sampleMs: number;
  readonly say: (line: string) => void;
}

export interface Storm {
  readonly seed: string;
  /** How often each kind of fault struck. */
  readonly struck: Readonly<Record<string, number>>;
  /** Of the load, from its first Execution to the end of its last Job. */
  readonly seconds: number;
  readonly ledger: Ledger;
  readonly memory: readonly MemorySample[];
}

/** Lets faults, one after another by a seed, loose on a fleet that works, and reads the ledger when all is over. */
export async function storm(options: StormOptions): Promise<Storm> {
  await using fleet = await startFleet(options);
  const { seed, say } = options;
  const random = randomOf(seed);
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const over = new AbortController();
  const done = new AbortController();
  const load = keepBusy(fleet, {
    minimumJobs: options.minimumJobs,
    over: over.signal,
    patienceMs: options.patienceMs,
  }).finally(() => done.abort());
  const memory: MemorySample[] = [];
  const sampling = (async () => {
    while (!done.signal.aborted) {
      memory.push(await sampleMemory(fleet, seconds()));
      await delay(options.sampleMs, undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();
  const struck: Record<string, number> = {};
  const isDue = () =>
    performance.now() - started < options.ms || Object.keys(struck).length < options.minimumKinds;
  const striking = (async () => {
    while (isDue() && !done.signal.aborted) {
      await delay(random.between(...options.calmMs));
      const fault = random.one(faults);
      say(`${seconds()} s: ${fault.name}`);
      struck[fault.name] = (struck[fault.name] ?? 0) + 1;
      await fault.strike(fleet, random);
    }
    over.abort();
  })();
  const [made] = await Promise.all([load, striking, sampling]);
  const total = seconds();
  say(`${total} s: all Jobs have ended; reading the ledger`);
  const ledger = await readLedger(fleet, made);
  for (const log of made.followed.values()) log[Symbol.dispose]();
  if (ledger.wrong.length > 0) {
    // Whoever reads of it wants to know what the services had to say.
    for (const { url, program } of fleet.replicas) say(`the service at ${url} said:\n${program.output()}`);
  }
  return { seed, struck, seconds: total, ledger, memory };
}
