/**
 * What the launch configurations of `.vscode/launch.json` need before they start:
 *
 *   node scripts/debugging.ts prepare   makes a folder of repositories and a workspace below .flotilla/debug
 *   node scripts/debugging.ts wait      waits until the service that is being debugged can be used by a runner
 */
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeRepository } from '../test/support/repositories.ts';

/** As in launch.json: a port of its own, so that `npm start` can run beside it. */
const serviceUrl = 'http://127.0.0.1:7421';
const folder = join(import.meta.dirname, '..', '.flotilla', 'debug');
/** Starting to debug, a first cluster of Postgres included, takes seconds; a person who forgot it waits no longer. */
const waitMs = 60_000;
const lookMs = 200;

async function prepare(): Promise<void> {
  await mkdir(join(folder, 'workspace'), { recursive: true });
  const sample = join(folder, 'repositories', 'hello');
  if (await exists(join(sample, '.git'))) return;
  await makeRepository(sample, { files: { 'README.md': '# Hello\n\nA repository to debug with.\n' } });
}

async function wait(): Promise<void> {
  const giveUpAt = performance.now() + waitMs;
  while (!((await isReady()) && (await exists(join(folder, 'data', 'local-runner.token'))))) {
    if (performance.now() > giveUpAt) {
      throw new Error(
        `No service answers at ${serviceUrl}. Start the launch configuration "Service", or "Everything".`,
      );
    }
    await delay(lookMs);
  }
}

async function isReady(): Promise<boolean> {
  try {
    return (await fetch(`${serviceUrl}/readyz`)).ok;
  } catch {
    // Nothing listens yet; the caller asks again and says so when it takes too long.
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const commands: Readonly<Record<string, () => Promise<void>>> = { prepare, wait };

const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  console.error('Say `prepare` or `wait`.');
  process.exitCode = 2;
} else {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
