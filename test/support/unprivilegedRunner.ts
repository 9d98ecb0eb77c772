import { chown, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Program } from '../../scripts/launch/program.ts';
import { testImage, type Deployment } from './deployment.ts';
import { waitFor } from './waitFor.ts';

const engineSocket = '/var/run/docker.sock';
/** A user that no machine knows: the runner must not need an entry in /etc/passwd. */
const user = { uid: 23_456, gid: 23_456 };

/** A runner whose user is not root and may talk to the engine. Disposing ends it. */
export interface UnprivilegedRunner extends AsyncDisposable, Pick<Program, 'pid' | 'hasExited' | 'output'> {
  readonly name: string;
  readonly stateFolder: string;
  /** Ends it without a chance to say goodbye. */
  kill(): Promise<void>;
}

/**
 * Starts a runner as another user: in a container with the network of this machine, the project, and a state folder at
 * the same path, so that it can stand wherever this project was cloned, also in a folder that only root may enter.
 */
export async function startUnprivilegedRunner(
  deployment: Pick<Deployment, 'folder' | 'url' | 'runnerToken'>,
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<UnprivilegedRunner> {
  const project = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
  const stateFolder = join(deployment.folder, 'runners', name);
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  await chown(stateFolder, user.uid, user.gid);
  const { gid: engineGroup } = await stat(engineSocket);
  const container = `flotilla-test-${name}`;
  const program = execa(
    'docker',
    [
      'run',
      '--rm',
      '--init',
      `--name=${container}`,
      '--network=host',
      `--user=${user.uid}:${user.gid}`,
      `--group-add=${engineGroup}`,
      `--volume=${engineSocket}:${engineSocket}`,
      `--volume=${project}:${project}:ro`,
      `--volume=${process.execPath}:/usr/local/bin/node:ro`,
      ...libraries().map((path) => `--volume=${path}:${path}:ro`),
      `--volume=${stateFolder}:${stateFolder}`,
      '--env=FLOTILLA_SERVER_URL',
      '--env=FLOTILLA_RUNNER_TOKEN',
      '--env=FLOTILLA_RUNNER_NAME',
      '--env=FLOTILLA_RUNNER_STATE',
      ...Object.entries(env).map(([variable, value]) => `--env=${variable}=${value}`),
      testImage,
      'node',
      `${project}/runner/src/main.ts`,
    ],
    {
      reject: false,
      all: true,
      stdin: 'ignore',
      env: {
        FLOTILLA_SERVER_URL: deployment.url,
        FLOTILLA_RUNNER_TOKEN: deployment.runnerToken,
        FLOTILLA_RUNNER_NAME: name,
        FLOTILLA_RUNNER_STATE: stateFolder,
      },
    },
  );
  let output = '';
  program.all.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-64 * 1024)));
  let isEnded = false;
  void program.then(() => (isEnded = true));
  const kill = async () => {
    await execa('docker', ['rm', '--force', container], { reject: false });
    await program;
  };
  const pid = await waitFor('the runner to be a process', () => {
    if (isEnded) throw new Error(`the runner has ended:\n${output}`);
    return processOf(container);
  });
  return {
    name,
    stateFolder,
    pid,
    hasExited: () => isEnded,
    output: () => output,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** What our Node is linked with that a small image need not have. */
function libraries(): string[] {
  const { sharedObjects } = process.report.getReport() as { readonly sharedObjects: readonly string[] };
  return sharedObjects.filter((path) => path.includes('/libatomic.'));
}

/** The process of the program in a container, as this machine numbers it: what the container's first process has started. */
async function processOf(container: string): Promise<number | undefined> {
  const { stdout } = await execa('docker', ['inspect', '--format={{.State.Pid}}', container], {
    reject: false,
  });
  const first = Number(stdout);
  if (!(first > 0)) return undefined;
  const children = await readFile(`/proc/${first}/task/${first}/children`, 'utf8').catch(() => '');
  const [child] = children.split(' ').filter(Boolean).map(Number);
  return child;
}
