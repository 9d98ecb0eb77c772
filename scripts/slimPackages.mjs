/**
 * After `npm ci`: takes what nobody here imports out of the `exports` of packages that have very many. Node 26 parses them
 * for each file of the package that it loads: the 447 of drizzle-orm took 0.6 s of processor time at each start of the
 * service. Runs on the Node that the machine has, so it is plain JavaScript.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is imported, by us and by drizzle-kit; what is missing here says so when it is imported. */
const imported = {
  'drizzle-orm': [
    '.',
    './casing',
    './gel-core',
    './mysql-core',
    './pg-core',
    './postgres-js',
    './postgres-js/migrator',
    './relations',
    './singlestore-core',
    './sqlite-core',
    './version',
  ],
};

for (const [name, paths] of Object.entries(imported)) {
  const file = fileURLToPath(new URL(join('..', 'node_modules', name, 'package.json'), import.meta.url));
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const kept = Object.entries(manifest.exports).filter(([path]) => paths.includes(path));
  if (kept.length === Object.keys(manifest.exports).length) continue;
  manifest.exports = Object.fromEntries(kept);
  // Renamed, because other folders may have links to the file.
  writeFileSync(`${file}.new`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}
