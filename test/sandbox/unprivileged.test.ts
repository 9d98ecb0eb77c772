import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containersOf } from '../support/containers.ts';
import { startDeployment, type Deployment } from '../support/deployment.ts';
import { treeOfPatch, treeOutside, type Base } from '../support/outside.ts';
import { makeRepository } from '../support/repositories.ts';
import { untilBegun } from '../support/steps.ts';
import { startUnprivilegedRunner } from '../support/unprivilegedRunner.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: Deployment;
let base: Base;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: async (folder) => {
        const files = { file: 'a\n', 'folder/secret': 'b\n', gone: 'c\n', old: 'd\n' };
        const { folder: made, commit } = await makeRepository(join(folder, 'sample'), { files });
        base = { name: 'sample', gitDir: join(made, '.git'), commit };
      },
    }),
  );
});
afterAll(() => resources.disposeAsync());

/** Leaves files of other users, and folders that nobody may enter. */
const script = `
  echo changed > file; echo new > new; ln -s file link; mv old moved; chmod 755 moved; rm gone
  case $PWD in /work)
    chown -R 1234:1234 folder; setpriv --reuid=1234 --clear-groups sh -c 'echo changed > folder/secret; echo x > folder/other'
    chmod 000 folder/secret folder file; mkdir -m 000 locked;;
  *) echo changed > folder/secret; echo x > folder/other;; esac`;

const attemptFolders = (stateFolder: string) => readdir(join(stateFolder, 'attempts'));

test('a runner that is not root gets back the files of every user that a Step wrote as, and removes them', async () => {
  await using runner = await startUnprivilegedRunner(deployment, 'unprivileged');
  const { jobs } = await deployment.ended(await deployment.startScript('repo:', script), 60_000);
  const job = jobs.get('sample');
  expect(job?.outcome).toEqual({ kind: 'succeeded' });
  const patch = await deployment.client.read(`/attempts/${job?.patch?.attemptId}/patch`);
  const outside = await treeOutside(deployment.folder, base, script);
  expect(await treeOfPatch(deployment.folder, base, patch)).toBe(outside);
  expect(job?.patch?.resultTree).toBe(outside);
  await waitFor(
    'the work tree to be gone',
    async () => (await attemptFolders(runner.stateFolder)).length === 0,
  );
});

test('such a runner removes what it left behind when it was killed, whoever it belongs to', async () => {
  const runner = await startUnprivilegedRunner(deployment, 'killed');
  const execution = await deployment.startScript('repo:', `${script}; echo begun; sleep 300 & wait`);
  const attempt = await untilBegun(deployment, execution);
  await runner.kill();
  expect(await attemptFolders(runner.stateFolder)).toEqual([String(attempt.id)]);
  expect(await containersOf(attempt)).toHaveLength(1);

  await using again = await startUnprivilegedRunner(deployment, 'killed');
  await waitFor(
    'its leftovers to be gone',
    async () =>
      (await containersOf(attempt)).length === 0 &&
      !(await attemptFolders(again.stateFolder)).includes(String(attempt.id)),
  );
  await deployment.client.api.executions.cancel.mutate({ executionId: execution.id });
  expect((await deployment.ended(execution)).execution.state).toBe('cancelled');
});
