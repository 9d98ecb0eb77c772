import { readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { installDebianPackages } from './debianPackages.ts';
import { findProgram } from './findProgram.ts';
import type { Say } from './say.ts';

/** VS Code for the browser, and what drives a browser: the packages of `test/e2e/tools`. */
export interface BrowserTools {
  /** The Node 24 that code-server asks for; ours is newer (decision 0001). */
  readonly node: string;
  /** The script that it runs to start code-server. */
  readonly codeServer: string;
  /** The module `playwright-core`, to be imported. */
  readonly playwright: string;
}

const folder = fileURLToPath(new URL('../../test/e2e/tools/', import.meta.url));
/** Kept beside the installed packages: the lockfile that they were installed from. */
const installedLockfile = join(folder, 'node_modules', '.installed-lockfile.json');

/**
 * Sees to it that the packages of `test/e2e/tools` are installed as their lockfile says. They have a lockfile of their
 * own because code-server compiles a module that wants Kerberos's headers, which `npm ci` alone must not need.
 */
export async function ensureBrowserTools(say: Say): Promise<BrowserTools> {
  const tools: BrowserTools = {
    node: join(folder, 'node_modules/.bin/node'),
    codeServer: join(folder, 'node_modules/code-server/out/node/entry.js'),
    playwright: pathToFileURL(join(folder, 'node_modules/playwright-core/index.mjs')).href,
  };
  const lockfile = await readFile(join(folder, 'package-lock.json'), 'utf8');
  if ((await readIfThere(installedLockfile)) === lockfile) return tools;
  await ensureCompiler(say);
  say.announce(
    'Installing VS Code for the browser (code-server) and Playwright; this takes two minutes, once.',
  );
  // The scripts of packages need the Node that comes with them.
  await npm(['ci', '--ignore-scripts']);
  await npm(['rebuild'], await realpath(tools.node));
  await writeFile(installedLockfile, lockfile);
  return tools;
}

/** Runs npm on the tools. Their scripts find `node` first, and its headers beside it: nothing is fetched for node-gyp. */
async function npm(args: readonly string[], node: string = process.execPath): Promise<void> {
  const result = await execa('npm', args, {
    cwd: folder,
    all: true,
    reject: false,
    stdin: 'ignore',
    env: {
      PATH: `${dirname(node)}:${process.env['PATH'] ?? ''}`,
      npm_config_nodedir: join(dirname(node), '..'),
      // An npm that started this script says here which Node it is, and code-server's install believes it.
      npm_config_user_agent: undefined,
    },
  });
  if (!result.failed) return;
  const said = result.all.split('\n').slice(-12).join('\n');
  throw new Error(
    `"npm ${args.join(' ')}" in test/e2e/tools failed (exit code ${result.exitCode}):\n${said}`,
  );
}

async function ensureCompiler(say: Say): Promise<void> {
  const missing: string[] = [];
  if ((await readIfThere('/usr/include/gssapi/gssapi.h')) === undefined) missing.push('libkrb5-dev');
  if ((await findProgram('make')) === undefined || (await findProgram('g++')) === undefined)
    missing.push('build-essential');
  if ((await findProgram('python3')) === undefined) missing.push('python3');
  if (missing.length === 0) return;
  await installDebianPackages(
    {
      packages: missing,
      purpose: 'install VS Code for the browser (code-server)',
      otherwise: missing.join(' and '),
    },
    say,
  );
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
