import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** What a file of a repository holds: text, bytes, a symbolic link, or a program. */
export type FileContent =
  | string
  | Uint8Array
  | { readonly symlink: string }
  | { readonly content: string | Uint8Array; readonly executable: true };

export interface RepositoryContent {
  /** Contents by path, in the order in which they are written. */
  readonly files: Readonly<Record<string, FileContent>>;
  /** Short name of the first branch; `main` unless told otherwise. */
  readonly branch?: string;
  readonly message?: string;
}

export interface MadeRepository {
  readonly folder: string;
  /** Full id of the commit. */
  readonly commit: string;
}

/** The same for everybody, so that equal contents give equal commit ids whoever runs the tests, and when. */
const environment = {
  PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada Example',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_AUTHOR_DATE: '2024-05-01T12:00:00Z',
  GIT_COMMITTER_NAME: 'Ada Example',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_COMMITTER_DATE: '2024-05-01T12:00:00Z',
};

/**
 * Runs git in a folder, free of the user's configuration. Returns what it printed, without the last line break;
 * `latin1` keeps every byte as one character. `input` is its standard input.
 */
export async function git(
  folder: string,
  args: readonly string[],
  encoding: 'utf8' | 'latin1' = 'utf8',
  input?: string | Uint8Array,
): Promise<string> {
  const settings = [
    '-c',
    'safe.directory=*',
    '-c',
    'core.autocrlf=false',
    '-c',
    'protocol.file.allow=always',
  ];
  const running = exec('git', [...settings, ...args], {
    cwd: folder,
    env: environment,
    encoding,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (input !== undefined) running.child.stdin?.end(input);
  const { stdout } = await running;
  return stdout.replace(/\n$/, '');
}

/** Makes a git repository with one commit. */
export async function makeRepository(folder: string, content: RepositoryContent): Promise<MadeRepository> {
  await mkdir(folder, { recursive: true });
  // Without samples of hooks, which every copy would have too.
  await git(folder, ['init', '--quiet', '--template=', `--initial-branch=${content.branch ?? 'main'}`]);
  return { folder, commit: await commitFiles(folder, content.files, content.message ?? 'First') };
}

/** Writes files and commits everything that differs. Returns the commit's full id. */
export async function commitFiles(
  folder: string,
  files: Readonly<Record<string, FileContent>>,
  message: string,
): Promise<string> {
  await writeFiles(folder, files);
  await git(folder, ['add', '--all', '--force']);
  await git(folder, ['commit', '--quiet', '--allow-empty', '--message', message]);
  return git(folder, ['rev-parse', 'HEAD']);
}

/**
 * Commits to a branch as somebody with a clone of his own would: HEAD, which names the default branch, stays where it is, so that
 * a scan at any moment sees what it saw. Returns the commit's full id.
 */
export async function commitOnBranch(
  folder: string,
  branch: string,
  files: Readonly<Record<string, FileContent>>,
  message: string,
): Promise<string> {
  const clone = await mkdtemp(join(tmpdir(), 'flotilla-clone-'));
  try {
    await git(clone, ['clone', '--quiet', '--template=', '--branch', branch, folder, '.']);
    const commit = await commitFiles(clone, files, message);
    await git(clone, ['push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`]);
    return commit;
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

/** Writes files below a folder. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, FileContent>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) await writeContent(join(folder, path), content);
}

async function writeContent(path: string, content: FileContent): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(path, content);
  else if ('symlink' in content) await symlink(content.symlink, path);
  else {
    await writeFile(path, content.content);
    await chmod(path, 0o755);
  }
}

/** Makes repositories of these names in a folder, alike but for their names: one by git, the others as copies of it. */
export async function makeRepositories(folder: string, names: readonly string[]): Promise<MadeRepository[]> {
  const [first, ...others] = names;
  if (first === undefined) return [];
  const made = await makeRepository(join(folder, first), { files: { 'README.md': 'An example.\n' } });
  await Promise.all(
    others.map((name) => cp(made.folder, join(folder, name), { recursive: true, verbatimSymlinks: true })),
  );
  return names.map((name) => ({ folder: join(folder, name), commit: made.commit }));
}
