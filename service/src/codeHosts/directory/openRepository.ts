import { mkdir, mkdtemp, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirePlainObjects } from './objectFolders.ts';
import {
  readPlainFile,
  requirePlainFile,
  requirePlainFolder,
  requirePlainTree,
  statIfThere,
} from './plainFiles.ts';
import { Unreadable } from './unreadable.ts';

const mebibyte = 1024 * 1024;

/** The largest files of a repository that are read, in bytes. */
const maxBytes = { head: 4096, config: mebibyte, packedRefs: 64 * mebibyte, shallow: 16 * mebibyte };

/** Branches that are files of their own, and their folders. */
const looseBranches = { depth: 64, entries: 100_000 };

/** A repository of a stranger, seen through a git directory of ours. */
export interface OpenRepository extends AsyncDisposable {
  /** The git directory to give to git. */
  readonly gitDir: string;
  /** What HEAD points to; empty when it is detached. */
  readonly head: string;
  /** What `refs/remotes/origin/HEAD` points to; empty when it is not there. */
  readonly originHead: string;
  /** The repository's configuration, which git does not get to see. */
  readonly config: string;
}

/**
 * Opens a repository for git: a git directory of our own, with our own configuration, that has its branches and objects as
 * links. So nothing that is written in the repository takes effect: no setting, included file, promisor, hook, graft,
 * `commondir` or work tree; and nothing that git would wait for is opened, since all that is linked was seen to be plain
 * files. Throws {@link Unreadable}. `forFetch` looks at each object as well.
 */
export async function openRepository(
  gitDir: string,
  folder: string,
  { forFetch = false }: { readonly forFetch?: boolean } = {},
): Promise<OpenRepository> {
  const head = targetOf('HEAD', await readHead(gitDir));
  const originHead = targetOf(
    'origin/HEAD',
    await readPlainFile(gitDir, 'refs/remotes/origin/HEAD', maxBytes.head),
  );
  const config = (await readPlainFile(gitDir, 'config', maxBytes.config)) ?? '';
  await requirePlainObjects(gitDir, folder, { all: forFetch });
  const links = ['objects', ...(await plainRefs(gitDir))];

  await using resources = new AsyncDisposableStack();
  const path = await mkdtemp(join(tmpdir(), 'flotilla-source-'));
  resources.defer(() => rm(path, { recursive: true, force: true }));
  await mkdir(join(path, 'refs'));
  // git takes a folder for a repository when there is a HEAD; nobody asks what it says.
  await writeFile(join(path, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(join(path, 'config'), ourConfig);
  for (const link of links) await symlink(join(gitDir, link), join(path, link));
  const owned = resources.move();
  return { gitDir: path, head, originHead, config, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** For the git that serves a fetch, which our settings do not reach otherwise. */
const ourConfig = `[core]
	repositoryformatversion = 0
	bare = true
	packedGitWindowSize = 8m
	packedGitLimit = 32m
	deltaBaseCacheLimit = 32m
	bigFileThreshold = 16m
[pack]
	windowMemory = 32m
	deltaCacheSize = 32m
	threads = 1
`;

/** Which of the places of branches there are. */
async function plainRefs(gitDir: string): Promise<string[]> {
  const places: string[] = [];
  if ((await requirePlainFolder(gitDir, 'refs')) && (await requirePlainFolder(gitDir, 'refs/heads'))) {
    await requirePlainTree(gitDir, 'refs/heads', looseBranches);
    places.push('refs/heads');
  }
  if (await requirePlainFile(gitDir, 'packed-refs', maxBytes.packedRefs)) places.push('packed-refs');
  if (await requirePlainFile(gitDir, 'shallow', maxBytes.shallow)) places.push('shallow');
  return places;
}

/** HEAD as a text; an old git made it a symbolic link to the branch. */
async function readHead(gitDir: string): Promise<string | undefined> {
  const path = join(gitDir, 'HEAD');
  const entry = await statIfThere(path);
  if (entry === undefined) throw new Unreadable('it has no HEAD');
  const target = entry.isSymbolicLink() ? await readlink(path) : undefined;
  if (target?.startsWith('refs/') === true) return `ref: ${target}`;
  return readPlainFile(gitDir, 'HEAD', maxBytes.head);
}

function targetOf(name: string, text: string | undefined): string {
  const [, target, commit] = /^(?:ref:\s*(refs\/\S+)|([0-9a-f]{40,64}))\s*$/.exec(text ?? '') ?? [];
  if (target === undefined && commit === undefined && text !== undefined)
    throw new Unreadable(`its ${name} names neither a branch nor a commit`);
  return target ?? '';
}
