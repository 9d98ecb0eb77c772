/**
 * `npm run advisories`: asks the registry for known vulnerabilities of what the lockfiles bring, and names them. Exits 1
 * when one of at least high severity is in what is shipped. Where the registry does not answer such questions it says so
 * and exits 0: nothing was found out.
 */
import { execa } from 'execa';
import { advisoriesOf } from './dependencies/advisories.ts';
import { lockfiles } from './dependencies/lockfiles.ts';

/** How long a registry may take, in milliseconds. */
const patienceMs = 60_000;

for (const { folder, path } of lockfiles) {
  const { stdout, timedOut } = await execa('npm', ['audit', '--json', '--package-lock-only'], {
    cwd: folder,
    reject: false,
    stdin: 'ignore',
    timeout: patienceMs,
  });
  const found = timedOut ? undefined : advisoriesOf(stdout);
  if (found === undefined) {
    console.log(
      `${path}: not looked through, because the registry does not answer what is known of packages.`,
    );
    continue;
  }
  for (const { name, severity, title } of found) console.log(`${path}: ${name}: ${severity}: ${title}`);
  if (found.length === 0) console.log(`${path}: nothing is known against it.`);
  if (folder === '.' && found.some(({ severity }) => severity === 'high' || severity === 'critical'))
    process.exitCode = 1;
}
