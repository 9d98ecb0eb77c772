import { glob } from 'node:fs/promises';
import { installDebianPackages } from './debianPackages.ts';
import type { Say } from './say.ts';

/** Where Debian puts the library, for programs with several threads such as Node. */
const places = '/usr/lib/*/faketime/libfaketimeMT.so.1';

/** Sees to it that there is libfaketime, which gives a program a clock of its own, and returns the library's path. */
export async function ensureFaketime(say: Say): Promise<string> {
  const found = await findLibrary();
  if (found !== undefined) return found;
  await installDebianPackages(
    { packages: ['libfaketime'], purpose: 'let the clock of a runner jump', otherwise: 'libfaketime' },
    say,
  );
  const installed = await findLibrary();
  if (installed === undefined) throw new Error(`The package libfaketime brought no ${places}.`);
  return installed;
}

async function findLibrary(): Promise<string | undefined> {
  for await (const path of glob(places)) return path;
  return undefined;
}
