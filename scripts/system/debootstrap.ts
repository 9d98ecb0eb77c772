import { access } from 'node:fs/promises';
import { execa } from 'execa';
import { installDebianPackages } from './debianPackages.ts';
import { findProgram } from './findProgram.ts';
import type { Say } from './say.ts';

/** Debian's own keys, as its package `debian-archive-keyring` installs them. */
const archiveKeys = '/usr/share/keyrings/debian-archive-keyring.gpg';
const mirror = 'http://deb.debian.org/debian';
const release = 'bookworm';

/** Sees to it that there is what a Debian system is made with, and what its signature is verified with. */
export async function ensureDebootstrap(purpose: string, say: Say): Promise<void> {
  const programs = await Promise.all(['debootstrap', 'gpgv'].map((name) => findProgram(name)));
  if (programs.every((program) => program !== undefined) && (await isThere(archiveKeys))) return;
  await installDebianPackages(
    { packages: ['debootstrap', 'debian-archive-keyring', 'gpgv'], purpose, otherwise: 'debootstrap' },
    say,
  );
}

export interface DebianOptions {
  /** The folder that becomes the root of the system. */
  readonly root: string;
  /** Packages beside the few that every Debian has. */
  readonly packages: readonly string[];
  /** Where Debian's archive is. */
  readonly mirror?: string;
}

/**
 * Makes a small Debian system. The archive comes over plain HTTP, so its signature is what makes it Debian's: without the
 * keys debootstrap alone would go on with a warning. Throws an Error with what it said last.
 */
export async function makeDebian(options: DebianOptions): Promise<void> {
  const result = await execa(
    'debootstrap',
    [
      '--force-check-gpg',
      `--keyring=${archiveKeys}`,
      '--variant=minbase',
      `--include=${options.packages.join(',')}`,
      release,
      options.root,
      options.mirror ?? mirror,
    ],
    { all: true, reject: false, stdin: 'ignore' },
  );
  if (result.failed) {
    const said = result.all.split('\n').slice(-5).join('\n');
    throw new Error(`debootstrap failed (exit code ${result.exitCode}):\n${said}`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
