/** Part of `npm run check`: compares both lockfiles with scripts/dependencies/policy.ts. Needs no network. */
import { problemsOf } from './dependencies/problems.ts';
import { readLockfile } from './dependencies/lockfile.ts';
import { lockfiles } from './dependencies/lockfiles.ts';

for (const { path } of lockfiles) {
  for (const problem of problemsOf(await readLockfile(path))) {
    console.log(`${path}: ${problem}`);
    process.exitCode = 1;
  }
}
