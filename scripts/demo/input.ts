import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Definition } from '@flotilla/shared/definition/definition';
import { parseAction } from '@flotilla/shared/definition/parseAction';
import { describeProblems } from '@flotilla/shared/sourceProblem';
import { findRepositories } from '../../service/src/codeHosts/directory/findRepositories.ts';
import { DemoError } from './demoError.ts';
import type { DemoOptions } from './options.ts';

/** The Action of the demo, where none is named. */
export const sampleAction = fileURLToPath(new URL('retire-deprecated.action.json', import.meta.url));

export interface ActionInput {
  readonly path: string;
  readonly fileName: string;
  readonly text: string;
  readonly definition: Definition;
}

export interface DemoInput {
  readonly action: ActionInput;
  /** Undefined means the sample repositories. */
  readonly repositories: string | undefined;
  readonly out: string | undefined;
}

/** Reads what the options name, before anything is started. Throws a DemoError that says what is wrong and where. */
export async function readInput(options: DemoOptions): Promise<DemoInput> {
  const action = await readAction(options.action === undefined ? sampleAction : resolve(options.action));
  const repositories = options.repos === undefined ? undefined : resolve(options.repos);
  if (repositories !== undefined) await requireRepositories(repositories);
  const out = options.out === undefined ? undefined : resolve(options.out);
  if (out !== undefined && (await kindOf(out)) === 'file') {
    throw new DemoError(`${out} is a file: name a folder with --out.`);
  }
  return { action, repositories, out };
}

async function readAction(path: string): Promise<ActionInput> {
  const kind = await kindOf(path);
  if (kind === 'missing') throw new DemoError(`There is no action file ${path}.`);
  if (kind === 'folder') throw new DemoError(`${path} is a folder: name an action file with --action.`);
  const text = await readFile(path, 'utf8');
  const fileName = basename(path);
  const parsed = parseAction(text, fileName);
  if (parsed.ok) return { path, fileName, text, definition: parsed.definition };
  throw new DemoError(describeProblems(path, text, parsed.problems).join('\n'));
}

async function requireRepositories(folder: string): Promise<void> {
  const kind = await kindOf(folder);
  if (kind === 'missing') throw new DemoError(`There is no folder ${folder}.`);
  if (kind === 'file') throw new DemoError(`${folder} is a file: name a folder of git repositories.`);
  if ((await findRepositories(folder)).found.length > 0) return;
  const inside =
    (await kindOf(resolve(folder, '.git'))) === 'missing'
      ? 'it was searched three levels deep'
      : 'it is a repository itself: name the folder around it';
  throw new DemoError(`There is no git repository in ${folder} (${inside}).`);
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'missing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return 'missing';
    throw error;
  }
}
