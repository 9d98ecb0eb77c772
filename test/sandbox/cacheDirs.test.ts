import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesIn } from '../../runner/src/files.ts';
import { startDeployment, type Deployment } from '../support/deployment.ts';
import { readLog, stdoutOf } from '../support/logs.ts';
import { makeRepository } from '../support/repositories.ts';
import { startUnprivilegedRunner } from '../support/unprivilegedRunner.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: Deployment;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: (folder) => makeRepository(join(folder, 'sample'), { files: { file: 'text\n' } }),
    }),
  );
});
afterAll(() => resources.disposeAsync());

/** Says what it finds in its cache, and leaves a file there, in a folder that only its own user may enter. */
const script = `
  if [ -e /root/.cache/private/file ]; then echo found; else echo nothing; fi
  mkdir -p /root/.cache/private; head -c 2000000 /dev/zero > /root/.cache/private/file; chmod 700 /root/.cache/private`;

async function whatItFinds(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { jobs } = await deployment.ended(
    await deployment.start({
      name: 'caching',
      scopeQuery: 'repo:',
      steps: [{ type: 'command', args: ['sh', '-c', script], cacheDirs: ['/root/.cache'] }],
      ...more,
    }),
  );
  const job = jobs.get('sample');
  expect(job?.state).toBe('succeeded');
  return stdoutOf(await readLog(deployment.client, job?.currentAttemptId ?? 0));
}

test('what a Step leaves in its cacheDirs the next Attempt finds, until there is no room for it', async () => {
  const caches = (stateFolder: string) => namesIn(join(stateFolder, 'caches'));
  await using runner = deployment.startRunner();
  expect(await whatItFinds()).toBe('nothing\n');
  expect(await whatItFinds()).toBe('found\n');
  runner.signal('SIGTERM');
  await runner.exited;
  expect(await caches(runner.stateFolder)).toHaveLength(1);
  const { name, stateFolder } = runner;

  await using smaller = deployment.startRunner({ name, stateFolder, env: { FLOTILLA_CACHE_DIRS: '1m' } });
  await waitFor('the folder to be gone', async () => (await caches(stateFolder)).length === 0);
  expect(await whatItFinds()).toBe('nothing\n');
  smaller.signal('SIGTERM');
  await smaller.exited;
});

test('a runner that is not root makes room as well, whoever the files belong to', async () => {
  const runner = await startUnprivilegedRunner(deployment, 'caching');
  const caches = () => namesIn(join(runner.stateFolder, 'caches'));
  expect(await whatItFinds()).toBe('nothing\n');
  expect(await whatItFinds()).toBe('found\n');
  await runner.kill();
  expect(await caches()).toHaveLength(1);
  await using _again = await startUnprivilegedRunner(deployment, 'caching', { FLOTILLA_CACHE_DIRS: '1k' });
  await waitFor('the folder to be gone', async () => (await caches()).length === 0);
});
