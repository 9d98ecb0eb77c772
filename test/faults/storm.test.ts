import { expect, test } from 'vitest';
import { real } from '../support/faultDeployment.ts';
import { chosenSeed } from '../support/storm/random.ts';
import { storm } from '../support/storm/storm.ts';

/** In milliseconds. */
const stormMs = real ? 5 * 60_000 : 30_000;
const minimumKinds = 4;

test(
  '+ faults of all kinds, one after another by a seed, leave each Job one result, every log whole, and nothing behind',
  { timeout: stormMs + 240_000 },
  async () => {
    const seed = chosenSeed();
    console.log(`FLOTILLA_FAULTS_SEED=${seed}`);
    const { ledger, struck } = await storm({
      seed,
      ms: stormMs,
      minimumKinds,
      calmMs: [200, 2000],
      minimumJobs: 24,
      patienceMs: 120_000,
      sampleMs: 5000,
      repositories: 12,
      runners: 2,
      capacity: 2,
      env: { FLOTILLA_LOG_LEVEL: 'warn' },
      say: (line) => console.log(line),
    });
    expect(Object.keys(struck).length).toBeGreaterThanOrEqual(minimumKinds);
    expect(ledger.wrong).toEqual([]);
  },
);
