import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { execa } from 'execa';
import { installDebianPackages } from './debianPackages.ts';
import { findProgram } from './findProgram.ts';
import type { Say } from './say.ts';

/** How long the engine may take to answer after its start, and to stop. */
const engineMs = 60_000;

/**
 * Sees to it that a Docker Engine answers: the running one, else one that is started here and stopped on disposal,
 * installed before where it is missing. Throws one sentence that says what to do where that is not possible.
 */
export async function ensureDocker(say: Say): Promise<AsyncDisposable> {
  if (await dockerAnswers()) return leftAlone;
  const { DOCKER_HOST: host } = process.env;
  if (host !== undefined && host !== '') {
    throw new Error(`No Docker Engine answers at DOCKER_HOST=${host}: start it, or unset DOCKER_HOST.`);
  }
  if ((await findProgram('dockerd')) === undefined) {
    await installDebianPackages(
      // Debian's package recommends what the engine needs on a machine without systemd: cgroupfs-mount.
      {
        packages: ['docker.io'],
        recommended: true,
        purpose: 'run the Steps of Jobs',
        otherwise: 'Docker Engine',
      },
      say,
    );
    // With systemd, the package has started it.
    if (await dockerAnswers()) return leftAlone;
  }
  const dockerd = await findProgram('dockerd');
  if (dockerd === undefined)
    throw new Error('Docker Engine was installed, but brought no dockerd: start it, and start this again.');
  if (userInfo().uid !== 0) {
    throw new Error(
      'No Docker Engine answers, and only root can start one: run "sudo systemctl start docker" (your user must be in the group docker), and start this again.',
    );
  }
  return startEngine(dockerd, say);
}

/** Whether a Docker Engine answers now. */
async function dockerAnswers(): Promise<boolean> {
  try {
    await new Docker().ping();
    return true;
  } catch {
    // Whatever the reason, there is no engine to work with; the caller finds one or says so.
    return false;
  }
}

const leftAlone: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.resolve() };

async function startEngine(dockerd: string, say: Say): Promise<AsyncDisposable> {
  say.announce('No Docker Engine is running; starting one, which is stopped again at the end.');
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-dockerd-'));
  const logPath = join(folder, 'log');
  // In a process group of its own: Ctrl-C in the terminal must not end it before containers are removed.
  const engine = execa(dockerd, [], {
    detached: true,
    reject: false,
    stdin: 'ignore',
    stdout: { file: logPath },
    stderr: { file: logPath },
    buffer: false,
    forceKillAfterDelay: engineMs,
  });
  let ended = false;
  const over = engine.then(() => (ended = true));
  const giveUpAt = performance.now() + engineMs;
  while (!(await dockerAnswers())) {
    if (ended || performance.now() > giveUpAt) {
      engine.kill();
      await over;
      const said = (await readFile(logPath, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
      await rm(folder, { recursive: true, force: true });
      throw new Error(`The Docker Engine could not be started; dockerd said:\n${said}`);
    }
    await delay(50);
  }
  return {
    async [Symbol.asyncDispose]() {
      engine.kill();
      await over;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
