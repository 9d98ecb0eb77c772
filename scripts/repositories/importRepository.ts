import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { InstalledPackage } from './installedPackages.ts';

/** Author and committer of every commit: the commit ids have to be the same on every machine. */
const signature = 'Ada Example <ada@example.org> 1714564800 +0000';

/** No configuration of the user's or the machine's changes what is made. */
const environment = {
  PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

/**
 * Makes a bare repository with one commit on `main` that holds a package's files, byte for byte: `git fast-import`
 * knows no filters and no ignored files, and is one process. Returns the commit's full id.
 */
export async function importRepository(folder: string, source: InstalledPackage): Promise<string> {
  await mkdir(folder, { recursive: true });
  await git(folder, ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', '.']);
  const settings = ['-c', 'fastimport.unpackLimit=0'];
  await git(folder, [...settings, 'fast-import', '--quiet', '--done'], commandsFor(source));
  return (await git(folder, ['rev-parse', 'refs/heads/main'])).trim();
}

/** The input of git-fast-import(1). */
async function* commandsFor({ name, version, folder, files }: InstalledPackage): AsyncGenerator<Buffer> {
  const message = Buffer.from(`${name} ${version}\n`);
  yield Buffer.from(
    `commit refs/heads/main\nauthor ${signature}\ncommitter ${signature}\ndata ${message.length}\n${message.toString()}`,
  );
  for (const { path, executable } of files) {
    const content = await readFile(join(folder, path));
    yield Buffer.from(
      `M ${executable ? '100755' : '100644'} inline ${quoted(path)}\ndata ${content.length}\n`,
    );
    yield content;
    yield Buffer.from('\n');
  }
  yield Buffer.from('done\n');
}

function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

async function git(folder: string, args: readonly string[], input?: AsyncIterable<Buffer>): Promise<string> {
  const child = spawn('git', args, { cwd: folder, env: environment });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [exitCode, output, said] = await Promise.all([
    exit,
    buffer(child.stdout),
    buffer(child.stderr),
    input === undefined ? child.stdin.end() : pipeline(input, child.stdin),
  ]);
  if (exitCode !== 0)
    throw new Error(`git ${args.join(' ')} ended with ${exitCode} in ${folder}: ${said.toString().trim()}`);
  return output.toString();
}
