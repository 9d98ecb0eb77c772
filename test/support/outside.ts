import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { git } from './repositories.ts';

const exec = promisify(execFile);

/** A repository and the commit on `main` that a Job starts from. */
export interface Base {
  readonly name: string;
  readonly gitDir: string;
  readonly commit: string;
}

/** Runs a Step's shell script in a clone on this machine, without Flotilla, and returns the tree that it makes. */
export async function treeOutside(folder: string, base: Base, script: string): Promise<string> {
  const clone = await cloneOf(folder, base, 'outside');
  const env = { PATH: process.env['PATH'], REPOSITORY: base.name, BRANCH: 'main', COMMIT: base.commit };
  await exec('sh', ['-c', script], { cwd: clone, env });
  await git(clone, ['add', '--all']);
  return git(clone, ['write-tree']);
}

/** Applies a Patch to a clone of its base, as a user would, and returns the tree that it makes. */
export async function treeOfPatch(folder: string, base: Base, patch: Uint8Array): Promise<string> {
  const clone = await cloneOf(folder, base, 'patched');
  const file = `${clone}.patch`;
  await writeFile(file, patch);
  await git(clone, ['apply', '--check', file]);
  await git(clone, ['apply', '--index', '--whitespace=nowarn', file]);
  return git(clone, ['write-tree']);
}

async function cloneOf(folder: string, { name, gitDir }: Base, kind: string): Promise<string> {
  const clone = join(folder, kind, name);
  await rm(clone, { recursive: true, force: true });
  await git(folder, ['clone', '--quiet', '--shared', gitDir, clone]);
  return clone;
}
