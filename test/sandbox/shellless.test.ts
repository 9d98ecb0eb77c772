import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeShelllessImage } from '../support/derivedImages.ts';
import { startDeployment, testImage, type Deployment } from '../support/deployment.ts';
import { makeRepository } from '../support/repositories.ts';
import { startUnprivilegedRunner, type UnprivilegedRunner } from '../support/unprivilegedRunner.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: Deployment;
let image: string;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: (folder) => makeRepository(join(folder, 'sample'), { files: { file: 'text\n' } }),
    }),
  );
  ({ image } = resources.use(await makeShelllessImage(new Docker())));
});
afterAll(() => resources.disposeAsync());

/** Leaves a file of another user in a folder of root's, by a program that needs no shell. */
const args = ['install', '-D', '-m', '600', '-o', '1234', 'file', 'private/made'];

async function endedJob() {
  const execution = await deployment.start({
    name: 'shellless',
    scopeQuery: 'repo:',
    image,
    steps: [{ type: 'command', args }],
  });
  return (await deployment.ended(execution, 60_000)).jobs.get('sample');
}

const foldersGone = ({ stateFolder }: UnprivilegedRunner) =>
  waitFor(
    'the folders of Attempts to be gone',
    async () => (await readdir(join(stateFolder, 'attempts'))).length === 0,
  );

test('a runner that is not root gets back what a Step wrote whose image has no shell, by its helper image', async () => {
  await using runner = await startUnprivilegedRunner(deployment, 'helped', {
    FLOTILLA_HELPER_IMAGE: testImage,
  });
  const job = await endedJob();
  expect(job?.outcome).toEqual({ kind: 'succeeded' });
  const patch = await deployment.client.read(`/attempts/${job?.patch?.attemptId}/patch`);
  expect(Buffer.from(patch).toString()).toContain('+++ b/private/made');
  await foldersGone(runner);
});

test('where it has no helper image either, it says so before the Step runs', async () => {
  await using runner = await startUnprivilegedRunner(deployment, 'helpless', {
    FLOTILLA_HELPER_IMAGE: 'flotilla/none:local',
    FLOTILLA_PULL_POLICY: 'never',
  });
  const job = await endedJob();
  expect(job?.outcome).toEqual({
    kind: 'errored',
    reason: 'sandbox',
    step: null,
    message: `Image "${image}" has no shell, and this runner, which is not root, cannot get its helper image to take the Step's files back: Image "flotilla/none:local" is not on this machine, and this runner pulls none (FLOTILLA_PULL_POLICY is never). Load it with \`docker pull\` or \`docker load\`. Set FLOTILLA_HELPER_IMAGE to one that has /bin/sh, chown and chmod, or run the runner as root.`,
  });
  await foldersGone(runner);
});
