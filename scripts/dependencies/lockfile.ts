import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** A package that a lockfile brings. */
export interface LockedPackage {
  /** Its path in the folder of packages, without the first `node_modules/`. */
  readonly path: string;
  readonly version: string;
  /** An SPDX expression, as its publisher wrote it; undefined when the registry knows none. */
  readonly licence: string | undefined;
  /** The hash that npm compares what arrives with. */
  readonly integrity: string | undefined;
  /** Where npm fetches it, when that is not the registry that is configured. */
  readonly resolved: string | undefined;
  /** Whether only work on the project needs it. */
  readonly isDevelopment: boolean;
  /** Whether it runs a script when it is installed. */
  readonly runsScript: boolean;
}

const prefix = 'node_modules/';

const lockfile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      dev: z.boolean().optional(),
      link: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});

/** Reads an npm lockfile (version 3). Our own packages, which are links, are left out. */
export async function readLockfile(path: string): Promise<LockedPackage[]> {
  const { packages } = lockfile.parse(JSON.parse(await readFile(path, 'utf8')));
  return Object.entries(packages)
    .filter(([at, { link }]) => at.includes(prefix) && link !== true)
    .map(([at, entry]) => ({
      path: at.slice(at.indexOf(prefix) + prefix.length),
      version: entry.version ?? '',
      licence: entry.license,
      integrity: entry.integrity,
      resolved: entry.resolved,
      isDevelopment: entry.dev ?? false,
      runsScript: entry.hasInstallScript ?? false,
    }));
}
