import { lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A package that `npm ci` put at the top of node_modules. */
export interface InstalledPackage {
  /** As npm knows it, e.g. `zod` or `@azure/identity`. */
  readonly name: string;
  readonly version: string;
  /** Its folder. */
  readonly folder: string;
  /** Its files by path, without packages nested in it. */
  readonly files: readonly PackageFile[];
  /** All of its files together. */
  readonly bytes: number;
}

export interface PackageFile {
  /** Path below the package's folder, with slashes. */
  readonly path: string;
  readonly executable: boolean;
}

interface LockEntry {
  readonly version?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly peer?: boolean;
  readonly hasInstallScript?: boolean;
  readonly os?: unknown;
  readonly cpu?: unknown;
}

/**
 * The packages that are the same, byte for byte, on every machine: locked, not optional, bound to no system, and
 * without an install script, which could change their files.
 */
export async function installedPackages(projectFolder: string): Promise<InstalledPackage[]> {
  const lock = JSON.parse(await readFile(join(projectFolder, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, LockEntry>>;
  };
  const packages = Object.entries(lock.packages).flatMap(([path, entry]) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    return name !== undefined && isSameEverywhere(entry)
      ? [readPackage(name, entry.version ?? '', join(projectFolder, path))]
      : [];
  });
  return Promise.all(packages);
}

function isSameEverywhere(entry: LockEntry): boolean {
  const { link, optional, devOptional, peer, hasInstallScript, os, cpu } = entry;
  return [link, optional, devOptional, peer, hasInstallScript, os, cpu].every((value) => value === undefined);
}

async function readPackage(name: string, version: string, folder: string): Promise<InstalledPackage> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.split('/').includes('node_modules'))
    .sort(byCodeUnit);
  const facts = await Promise.all(paths.map((path) => lstat(join(folder, path))));
  return {
    name,
    version,
    folder,
    files: paths.map((path, index) => ({ path, executable: ((facts[index]?.mode ?? 0) & 0o100) !== 0 })),
    bytes: facts.reduce((sum, { size }) => sum + size, 0),
  };
}

/** The same order on every machine, whatever its language. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
