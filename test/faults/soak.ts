/**
 * `npm run soak [-- --minutes N] [--jobs N] [--seed TEXT] [--repositories N] [--json FILE]`: two replicas of the
 * service, three runners, and a random fault every few seconds, while short Jobs run. Prints a table; exits 1 when
 * anything in the ledger is wrong. `FLOTILLA_FAULTS=real` takes the real intervals.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { ensureDemoImage } from '../../scripts/system/ensureDemoImage.ts';
import { ensureDocker } from '../../scripts/system/ensureDocker.ts';
import { sayOnTerminal } from '../../scripts/system/say.ts';
import { real } from '../support/faultDeployment.ts';
import { chosenSeed } from '../support/storm/random.ts';
import { reportOf } from '../support/storm/report.ts';
import { storm } from '../support/storm/storm.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    jobs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: chosenSeed() },
    repositories: { type: 'string', default: '50' },
    json: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes must be a number above 0.');
console.log(`seed ${values.seed}`);
const docker = await ensureDocker(sayOnTerminal);
await ensureDemoImage(sayOnTerminal);
const result = await storm({
  seed: values.seed,
  ms: minutes * 60_000,
  minimumKinds: 1,
  calmMs: [1000, 6000],
  minimumJobs: Number(values.jobs),
  patienceMs: 15 * 60_000,
  sampleMs: 10_000,
  repositories: Number(values.repositories),
  runners: 3,
  capacity: 2,
  env: { FLOTILLA_LOG_LEVEL: 'warn' },
  say: (line) => console.error(line),
});
const machine = `${cpus().length} processors, ${Math.round(totalmem() / 1024 ** 3)} GiB`;
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ machine, realIntervals: real, ...result }, undefined, 2)}\n`,
  );
console.log(reportOf(result));
await docker[Symbol.asyncDispose]();
// Not by itself: after a soak Node 24 once went round in its own clean-up for ever (uv_run in Environment::CleanupHandles).
process.exit(result.ledger.wrong.length === 0 ? 0 : 1);
