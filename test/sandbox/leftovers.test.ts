import { randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../runner/src/config.ts';
import { runAsRoot } from '../../runner/src/sandbox/container/rootHelper.ts';
import { labelsOf } from '../../runner/src/sandbox/engine/labels.ts';
import { removeLeftovers } from '../../runner/src/sandbox/folders/removeLeftovers.ts';
import { attemptFoldersOf, containersOf } from '../support/containers.ts';
import { testImage } from '../support/deployment.ts';
import { startRefusingEngine } from '../support/refusingEngine.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { waitFor } from '../support/waitFor.ts';

const docker = new Docker();
const resources = new AsyncDisposableStack();
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = resources.use(await temporaryFolder());
});
afterAll(() => resources.disposeAsync());

/** Whose leftovers those of a test are. */
function leaver() {
  const name = `leaver-${randomUUID().slice(0, 8)}`;
  const stateFolder = join(folder.path, name);
  const labels = (attemptId: number) => labelsOf({ runnerName: name, stateFolder, attemptId });
  const lines: { readonly text: string; readonly reason?: string }[] = [];
  const say = (details: unknown, text = '') => void lines.push(Object.assign({ text }, details));
  return {
    name,
    stateFolder,
    labels,
    /** What it said that it could not do. */
    complaints: () => lines.filter(({ reason }) => reason !== undefined),
    remove: (engine: Docker) =>
      removeLeftovers({
        docker: engine,
        config: readConfig({ FLOTILLA_RUNNER_TOKEN: 'unused', FLOTILLA_RUNNER_STATE: stateFolder }),
        runnerName: name,
        logger: { warn: say, error: say },
        isLive: () => false,
        signal: new AbortController().signal,
      }),
  };
}

type Leaver = ReturnType<typeof leaver>;

/** A container that runs, of that Attempt. Disposing removes it. */
async function leaveContainer(labels: Record<string, string>, network = 'none') {
  const container = await docker.createContainer({
    Image: testImage,
    Cmd: ['sleep', '300'],
    Labels: labels,
    HostConfig: { Init: true, NetworkMode: network },
  });
  resources.defer(() => container.remove({ force: true }).catch(() => undefined));
  await container.start();
  return container;
}

async function leaveVolume(labels: Record<string, string>): Promise<string> {
  const name = `flotilla-test-${randomUUID()}`;
  await docker.createVolume({ Name: name, Labels: labels });
  resources.defer(() =>
    docker
      .getVolume(name)
      .remove()
      .catch(() => undefined),
  );
  return name;
}

async function leaveFolder({ stateFolder }: Leaver, attemptId: number): Promise<void> {
  await mkdir(join(stateFolder, 'attempts', String(attemptId), 'work'), { recursive: true });
}

const volumesOf = async ({ name }: Leaver) =>
  (await docker.listVolumes({ filters: { label: [`flotilla.runner=${name}`] } })).Volumes.map(
    (volume) => volume.Name,
  );
const networksOf = async ({ name }: Leaver) =>
  (await docker.listNetworks({ filters: { label: [`flotilla.runner=${name}`] } })).map(({ Id: id }) => id);

test('a container that cannot be removed holds up no other, no volume and no folder, and is named', async () => {
  const owner = leaver();
  await leaveContainer(owner.labels(1));
  // The engine names the latest first.
  const stuck = await leaveContainer(owner.labels(2));
  await leaveVolume(owner.labels(3));
  await leaveFolder(owner, 4);
  await using engine = await startRefusingEngine(
    join(folder.path, 'refusing.sock'),
    ({ method, url }) => method === 'DELETE' && url?.includes(stuck.id) === true,
  );

  await owner.remove(new Docker({ socketPath: engine.socketPath }));
  expect(await containersOf({ runner: owner.name })).toEqual([stuck.id]);
  expect(await volumesOf(owner)).toEqual([]);
  expect(await attemptFoldersOf(owner.stateFolder)).toEqual([]);
  expect(owner.complaints()).toMatchObject([
    {
      containerId: stuck.id,
      attemptId: 2,
      reason: expect.stringContaining('device or resource busy') as string,
      text: 'a container that its attempt left behind could not be removed',
    },
  ]);

  await owner.remove(docker);
  expect(await containersOf({ runner: owner.name })).toEqual([]);
});

test('a network that is in use holds up no other, no volume and no folder, and goes when it is free', async () => {
  const owner = leaver();
  const used = await docker.createNetwork({ Name: `${owner.name}-used`, Labels: owner.labels(1) });
  resources.defer(() => used.remove().catch(() => undefined));
  const free = await docker.createNetwork({ Name: `${owner.name}-free`, Labels: owner.labels(2) });
  resources.defer(() => free.remove().catch(() => undefined));
  const somebodys = await leaveContainer({}, used.id);
  const volume = await leaveVolume(owner.labels(3));
  await leaveFolder(owner, 4);
  expect(await volumesOf(owner)).toEqual([volume]);

  await owner.remove(docker);
  expect(await networksOf(owner)).toEqual([used.id]);
  expect(await volumesOf(owner)).toEqual([]);
  expect(await attemptFoldersOf(owner.stateFolder)).toEqual([]);
  expect(owner.complaints()).toMatchObject([{ networkId: used.id, attemptId: 1 }]);

  await somebodys.remove({ force: true });
  await owner.remove(docker);
  expect(await networksOf(owner)).toEqual([]);
});

test('an engine that does not answer holds up no folder, and is reported', async () => {
  const owner = leaver();
  await leaveFolder(owner, 1);
  await expect(owner.remove(new Docker({ socketPath: join(folder.path, 'none.sock') }))).rejects.toThrow(
    'ENOENT',
  );
  expect(await attemptFoldersOf(owner.stateFolder)).toEqual([]);
});

test('a helper of this process that is at work was left behind by nobody', async () => {
  const runner = leaver();
  await leaveFolder(runner, 1);
  const work = join(runner.stateFolder, 'attempts', '1', 'work');
  const helping = runAsRoot(
    docker,
    work,
    { script: 'touch /work/begun; until [ -e /work/go ]; do sleep 0.05; done', argument: '' },
    {
      image: testImage,
      config: readConfig({ FLOTILLA_RUNNER_TOKEN: 'unused', FLOTILLA_RUNNER_STATE: runner.stateFolder }),
      labels: labelsOf({ runnerName: runner.name, stateFolder: runner.stateFolder }),
    },
  );
  await waitFor('the helper to begin', async () => (await readdir(work)).includes('begun'));
  await removeLeftovers({
    docker,
    config: readConfig({ FLOTILLA_RUNNER_TOKEN: 'unused', FLOTILLA_RUNNER_STATE: runner.stateFolder }),
    runnerName: runner.name,
    logger: { warn: () => undefined, error: () => undefined },
    isLive: (attemptId) => attemptId === 1,
    signal: new AbortController().signal,
  });
  await writeFile(join(work, 'go'), '');
  expect(await helping).toEqual({ exitCode: 0, said: '' });
});
