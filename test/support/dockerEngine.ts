import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { execa } from 'execa';
import { testImage } from './deployment.ts';
import { waitFor } from './waitFor.ts';

/** How long an engine may take to start or stop, in milliseconds. */
const engineMs = 60_000;

/** Whether an engine can be started here: by root, where there is a `dockerd`, and outside of most containers. */
export const canStartEngine = spawnSync('unshare', ['--net', 'dockerd', '--version']).status === 0;

/** A Docker Engine of a test's own, with the image of the tests. Disposing stops it and removes all that it has. */
export interface DockerEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  readonly docker: Docker;
  /** Stops the engine, which stops its containers, and starts it again. */
  restart(): Promise<void>;
}

/** Starts an engine beside the machine's own. It has no network for containers; needs root. */
export async function startDockerEngine(): Promise<DockerEngine> {
  await using resources = new AsyncDisposableStack();
  // A short path: that of a UNIX socket may have 107 characters.
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'data'));
  const socketPath = join(folder, 'docker.sock');
  const docker = new Docker({ socketPath });
  let end = await start(folder, docker);
  resources.defer(() => end());
  await loadTestImage(docker);
  const owned = resources.move();
  return {
    host: `unix://${socketPath}`,
    docker,
    async restart() {
      await end();
      end = await start(folder, docker);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Starts the process of an engine. Returns what asks it to end, and waits until it has. */
async function start(folder: string, docker: Docker): Promise<() => Promise<void>> {
  const log = join(folder, 'log');
  const engine = execa(
    'unshare',
    [
      // In a network of its own: as a second engine it would remove the bridge of the machine's.
      '--net',
      'dockerd',
      `--host=unix://${join(folder, 'docker.sock')}`,
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'pid')}`,
      '--bridge=none',
      '--iptables=false',
      '--ip-forward=false',
    ],
    {
      detached: true,
      reject: false,
      buffer: false,
      stdin: 'ignore',
      stdout: { file: log, append: true },
      stderr: { file: log, append: true },
      forceKillAfterDelay: engineMs,
    },
  );
  let ended = false;
  const exited = engine.then(() => void (ended = true));
  const end = async () => {
    engine.kill('SIGTERM');
    await exited;
  };
  await waitFor('the engine of the test to answer, or to end', async () => ended || answers(docker), {
    timeoutMs: engineMs,
    everyMs: 100,
  });
  if (ended) {
    const said = (await readFile(log, 'utf8')).split('\n').slice(-15).join('\n');
    throw new Error(`the engine of the test could not be started:\n${said}`);
  }
  return end;
}

async function answers(docker: Docker): Promise<boolean> {
  return docker.ping().then(
    () => true,
    () => false,
  );
}

/** From the machine's engine. */
async function loadTestImage(docker: Docker): Promise<void> {
  const saved = await new Docker().getImage(testImage).get();
  const progress = await docker.loadImage(saved);
  progress.resume();
  await once(progress, 'end');
}
