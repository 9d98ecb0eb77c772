/** Part of `npm run check`: what pages link, name and cite is there, and each decision is in their index once. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { citeProblems } from './docs/citeProblems.ts';
import { indexProblems } from './docs/indexProblems.ts';
import { linkProblems } from './docs/linkProblems.ts';

const root = join(import.meta.dirname, '..');
const written = /\.(?:md|ts|mjs|sql|json)$/;

const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
const paths = execFileSync('git', list, { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const pages = paths
  .filter((path) => written.test(path) && !path.endsWith('package-lock.json'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

for (const problem of [...indexProblems(pages), ...linkProblems(pages, paths), ...citeProblems(pages)]) {
  console.log(problem);
  process.exitCode = 1;
}
