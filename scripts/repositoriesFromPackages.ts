/**
 * Real repositories for tests, benchmarks and trying things out: made from the packages that `npm ci` brought.
 *
 *     node scripts/repositoriesFromPackages.ts DIR [--count N]
 */
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '@flotilla/shared/errors';
import { choosePackages } from './repositories/choosePackages.ts';
import { importRepository } from './repositories/importRepository.ts';
import { installedPackages } from './repositories/installedPackages.ts';

/** As many as the main job of the tests has at least. */
const standardCount = 60;
/** git processes at once: more only wait for each other. */
const atOnce = availableParallelism() + 1;

export interface PackageRepository {
  /** The package's name, e.g. `zod` or `@azure/identity`; its folder below the one that was asked for, less `.git`. */
  readonly name: string;
  /** The bare repository. */
  readonly gitDir: string;
  /** Full id of its one commit, on `main`. The same on every machine with the same package-lock.json. */
  readonly commit: string;
  readonly files: number;
}

/** Makes `count` bare repositories `<folder>/<package>.git`, by name. The folder must be empty or not exist. */
export async function makeRepositoriesFromPackages(
  folder: string,
  count = standardCount,
): Promise<PackageRepository[]> {
  const project = fileURLToPath(new URL('..', import.meta.url));
  const chosen = choosePackages(await installedPackages(project), count);
  const made = new Map<string, PackageRepository>();
  const queue = chosen.values();
  const work = async () => {
    for (const source of queue) {
      const gitDir = join(folder, `${source.name}.git`);
      const commit = await importRepository(gitDir, source);
      made.set(source.name, { name: source.name, gitDir, commit, files: source.files.length });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return chosen.flatMap(({ name }) => made.get(name) ?? []);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { count: { type: 'string' } },
  });
  const count = Number(values.count ?? standardCount);
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1 || !Number.isInteger(count) || count < 1) {
    console.error('usage: node scripts/repositoriesFromPackages.ts DIR [--count N]');
    return 2;
  }
  const path = resolve(folder);
  if (!(await isEmpty(path))) {
    console.error(`${path} is not empty. Name a folder that is, or one that does not exist yet.`);
    return 1;
  }
  let made: readonly PackageRepository[];
  try {
    made = await makeRepositoriesFromPackages(path, count);
  } catch (error) {
    console.error(messageOf(error));
    return 1;
  }
  for (const { name, commit, files } of made) console.log(`${commit}  ${name} (${files} files)`);
  console.log(`\nMade ${made.length} repositories in ${path}.`);
  return 0;
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    throw error;
  }
}

if (import.meta.main) process.exitCode = await main();
