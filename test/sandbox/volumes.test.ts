import { join } from 'node:path';
import Docker from 'dockerode';
import type { AttemptView } from '@flotilla/shared/views';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containersOf } from '../support/containers.ts';
import { makeVolumeImage } from '../support/derivedImages.ts';
import { startDeployment, type Deployment } from '../support/deployment.ts';
import { makeRepository } from '../support/repositories.ts';
import { letGo, untilBegun, waitingScript } from '../support/steps.ts';
import { waitFor } from '../support/waitFor.ts';

const docker = new Docker();
const resources = new AsyncDisposableStack();
let deployment: Deployment;
let image: string;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: (folder) => makeRepository(join(folder, 'sample'), { files: { file: 'text\n' } }),
    }),
  );
  ({ image } = resources.use(await makeVolumeImage(docker)));
});
afterAll(() => resources.disposeAsync());

/** The volume of the one container of an Attempt, which the engine made for it. */
async function volumeOf(attempt: AttemptView): Promise<string> {
  const [id = ''] = await containersOf(attempt);
  const volume = (await docker.getContainer(id).inspect()).Mounts.find(({ Type: type }) => type === 'volume');
  expect(volume?.Destination).toBe('/volume');
  return volume?.Name ?? '';
}

const hasVolume = async (name: string) =>
  (await docker.listVolumes({ filters: { name: [name] } })).Volumes.length > 0;

test('a volume that the engine made for a Step goes with its container', async () => {
  await using runner = deployment.startRunner();
  const execution = await deployment.startScript('repo:', waitingScript, { image });
  const attempt = await untilBegun(deployment, execution);
  const volume = await volumeOf(attempt);
  expect(await hasVolume(volume)).toBe(true);
  await letGo(runner, attempt);
  expect((await deployment.ended(execution)).execution.state).toBe('succeeded');
  expect(await hasVolume(volume)).toBe(false);
});

test('so does one that a killed runner left behind, when the next process removes the container', async () => {
  await using runner = deployment.startRunner();
  const execution = await deployment.startScript('repo:', waitingScript, { image });
  const attempt = await untilBegun(deployment, execution);
  const volume = await volumeOf(attempt);
  await runner.kill();
  expect(await hasVolume(volume)).toBe(true);

  const { name, stateFolder } = runner;
  await using again = deployment.startRunner({ name, stateFolder });
  const second = await untilBegun(deployment, execution, 2);
  await waitFor('the volume to be gone', async () => !(await hasVolume(volume)));
  await letGo(again, second);
  expect((await deployment.ended(execution)).execution.state).toBe('succeeded');
});
