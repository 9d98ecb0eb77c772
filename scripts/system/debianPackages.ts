import { userInfo } from 'node:os';
import { execa } from 'execa';
import { findProgram } from './findProgram.ts';
import type { Say } from './say.ts';

export interface Wanted {
  /** Names of Debian packages, e.g. `['docker.io']`. */
  readonly packages: readonly string[];
  /** Also what Debian recommends beside them. */
  readonly recommended?: boolean;
  /** What they are for, to end the sentence "… is needed to", e.g. `run the Steps of Jobs`. */
  readonly purpose: string;
  /** What to install on a system that is not Debian, e.g. `Docker Engine`. */
  readonly otherwise: string;
}

/** How long apt waits for another program that holds its lock, in seconds. */
const lockSeconds = 300;

/**
 * Installs Debian packages with the person's consent. Throws one sentence that says what to install by hand when this
 * is not Debian, not root, or not wanted.
 */
export async function installDebianPackages(wanted: Wanted, say: Say): Promise<void> {
  const { packages, purpose, otherwise } = wanted;
  const command = `apt-get install ${packages.join(' ')}`;
  if ((await findProgram('apt-get')) === undefined)
    throw new Error(`${otherwise} is needed to ${purpose}: install it, and start this again.`);
  if (userInfo().uid !== 0) {
    throw new Error(
      `${otherwise} is needed to ${purpose}: run "sudo ${command}" (only root may), and start this again.`,
    );
  }
  if (!(await say.mayI(`${otherwise} is needed to ${purpose}; installing it with "${command}".`)))
    throw new Error(`${otherwise} is needed to ${purpose}: install it yourself, and start this again.`);
  const options = ['--quiet', '--quiet', '--option', `DPkg::Lock::Timeout=${lockSeconds}`];
  await apt(['update', ...options]);
  await apt([
    'install',
    '--yes',
    ...(wanted.recommended === true ? [] : ['--no-install-recommends']),
    ...options,
    ...packages,
  ]);
}

async function apt(args: readonly string[]): Promise<void> {
  const result = await execa('apt-get', args, {
    all: true,
    reject: false,
    stdin: 'ignore',
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.failed) {
    throw new Error(
      `apt-get ${args[0]} failed (exit code ${result.exitCode}):\n${result.all.split('\n').slice(-8).join('\n')}`,
    );
  }
}
