import { join } from 'node:path';
import { execa } from 'execa';
import { installDebianPackages } from '../system/debianPackages.ts';
import { findProgram } from '../system/findProgram.ts';
import type { Say } from '../system/say.ts';

/** What Gitea is built with where this machine has nothing newer. */
const goVersion = { major: 1, minor: 26, full: '1.26.8' };

const purpose = 'build Gitea, against which tests run';

/** A Go that is new enough, and what it is run with. */
export interface Go {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Sees to it that there is a Go that can build Gitea, and a compiler of C for its database. Where this machine's Go is older, a
 * newer one comes as a module, which any Go can fetch. Throws an Error that says what is missing.
 */
export async function ensureGo(say: Say): Promise<Go> {
  if ((await findProgram('cc', 'gcc', 'clang')) === undefined)
    await installDebianPackages(
      { packages: ['gcc', 'libc6-dev'], purpose, otherwise: 'A compiler of C (gcc)' },
      say,
    );
  const found = await findProgram('go');
  if (found === undefined)
    await installDebianPackages({ packages: ['golang-go'], purpose, otherwise: 'Go' }, say);
  const program = found ?? (await findProgram('go'));
  if (program === undefined) throw new Error('Go was installed, but brought no program "go".');
  const go = { program, environment: {} };
  const { stdout } = await execa(program, ['version']);
  if (isNewEnough(stdout)) return go;
  say.announce(`Go ${goVersion.full} is needed to ${purpose}; it is fetched as a Go module, once.`);
  return fetchGo(go);
}

/** Whether `go version` speaks of one that can build Gitea. */
export function isNewEnough(said: string): boolean {
  const [, major, minor] = /\bgo(\d+)\.(\d+)/.exec(said) ?? [];
  if (major === undefined || minor === undefined) return false;
  const [ours, theirs] = [goVersion, { major: Number(major), minor: Number(minor) }];
  return theirs.major > ours.major || (theirs.major === ours.major && theirs.minor >= ours.minor);
}

/** Gets the newer Go by the older one. Its programs come without the right to be run, as all files of modules do. */
async function fetchGo(older: Go): Promise<Go> {
  const system = process.platform;
  const processor = process.arch === 'x64' ? 'amd64' : process.arch;
  const module = `golang.org/toolchain@v0.0.1-go${goVersion.full}.${system}-${processor}`;
  const folder = await downloadModule(older, module);
  await execa('chmod', ['-R', 'a+x', join(folder, 'bin'), join(folder, 'pkg', 'tool')]);
  return { program: join(folder, 'bin', 'go'), environment: { GOTOOLCHAIN: 'local', GOROOT: folder } };
}

/** Fetches a module by Go's own client, with its checksum, and answers where it is. */
export async function downloadModule(go: Go, module: string): Promise<string> {
  const { stdout, stderr, exitCode } = await execa(go.program, ['mod', 'download', '-json', module], {
    // In no module of ours.
    cwd: '/',
    reject: false,
    stdin: 'ignore',
    env: { ...go.environment, GO111MODULE: 'on' },
  });
  const answer = parse(stdout);
  if (typeof answer.Dir === 'string' && exitCode === 0) return answer.Dir;
  const said =
    typeof answer.Error === 'string' ? answer.Error : stderr.trim().split('\n').slice(-5).join('\n');
  throw new Error(`The Go module ${module} could not be fetched: ${said}`);
}

function parse(text: string): { readonly Dir?: unknown; readonly Error?: unknown } {
  try {
    return JSON.parse(text) as { readonly Dir?: unknown };
  } catch {
    // Go said something else, on standard error.
    return {};
  }
}
