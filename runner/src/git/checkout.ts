import { copyFile, lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttemptError } from '../endings/attemptError.ts';
import type { Identity } from '../identity.ts';
import { makeBareRepository } from './bareRepository.ts';
import { measureCommit } from './commitSize.ts';
import { fetchCommit } from './fetchCommit.ts';
import { git, GitError, GitLimitError } from './git.ts';
import type { ObjectCache } from './objectCache.ts';

/** A longer list of attributes is not read for a remark. */
const mostAttributesBytes = 1024 * 1024;

/** Where containers see the objects of the trusted repository, read-only. */
export const containerObjectsPath = '/flotilla/objects';

/** A Target's files on this machine. */
export interface Checkout extends Disposable {
  /** The repository that the runner trusts; containers never see it, but for its objects. */
  readonly gitDir: string;
  readonly workTree: string;
  /** The objects of the base, which containers may read. */
  readonly objectsFolder: string;
  readonly baseRevision: string;
  /** Whether the base may have submodules. */
  readonly mayHaveGitlinks: boolean;
  /** What a reader of the log should know, such as pointers that were not resolved. */
  readonly remarks: readonly string[];
}

export interface CheckoutRequest {
  readonly cache: ObjectCache;
  /** By which its objects are kept. */
  readonly repository: Identity;
  /** An empty folder of the Attempt's own. */
  readonly folder: string;
  /** Where the service gives the base. */
  readonly url: string;
  readonly leaseToken: string;
  readonly baseRevision: string;
  /** Full name of the branch. */
  readonly baseRef: string;
  /** What the Attempt may write, in bytes. */
  readonly diskBytes: number;
  /** Makes the folder `work` in the Attempt's. */
  readonly makeWorkTree: () => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Fetches one commit, depth 1, into the runner's cache unless it is there, and checks it out. The work tree gets a `.git`
 * of its own that the containers may read and spoil; the runner never reads it. Throws a FetchError when the
 * service does not give the commit, and an AttemptError that lasts when it is too large. Disposing gives up the objects; the folder is its owner's.
 */
export async function checkOut(request: CheckoutRequest): Promise<Checkout> {
  const { cache, folder, repository, url, leaseToken, baseRevision, diskBytes, signal } = request;
  const gitDir = join(folder, 'git');
  const workTree = join(folder, 'work');
  using held = new DisposableStack();
  const { objectsFolder } = held.use(
    await cache.borrow(repository, baseRevision, (cached, ref) =>
      fetchCommit({ url, leaseToken, commit: baseRevision, diskBytes, signal }, cached, ref),
    ),
  );
  await makeBareRepository(gitDir, objectsFolder);
  let hasGitlinks: boolean;
  try {
    ({ hasGitlinks } = await measureCommit(baseRevision, { gitDir, signal, diskBytes }));
    await request.makeWorkTree();
    await git(['read-tree', '-u', '--reset', baseRevision], { gitDir, workTree, signal });
  } catch (error) {
    if (error instanceof GitLimitError) throw tooLarge(baseRevision, error);
    if (!(error instanceof GitError)) throw error;
    // What was fetched may be damaged: the next Attempt gets it anew.
    await cache.forget(repository, baseRevision);
    const message = `Commit ${baseRevision} could not be checked out: ${error.stderr.trim()}`;
    throw new AttemptError('git', message, { cause: error });
  }
  await makeDisposableRepository({ workTree, gitDir, baseRevision, baseRef: request.baseRef });
  const remarks = await findRemarks(workTree);
  const owned = held.move();
  return {
    gitDir,
    workTree,
    objectsFolder,
    baseRevision,
    mayHaveGitlinks: hasGitlinks,
    remarks,
    [Symbol.dispose]: () => owned.dispose(),
  };
}

function tooLarge(commit: string, cause: GitLimitError): AttemptError {
  const message = `Commit ${commit} takes more memory or time to be checked out than git gets on a runner. Leave the repository out of the scope.`;
  return new AttemptError('git', message, { cause, isLasting: true });
}

/** The repository that containers see: same commit, branch and index; objects by reference to the trusted ones. */
async function makeDisposableRepository(from: {
  readonly workTree: string;
  readonly gitDir: string;
  readonly baseRevision: string;
  readonly baseRef: string;
}): Promise<void> {
  const path = join(from.workTree, '.git');
  await mkdir(join(path, 'objects', 'info'), { recursive: true });
  await mkdir(join(path, 'refs', 'heads'), { recursive: true });
  await Promise.all([
    writeFile(join(path, 'HEAD'), `ref: ${from.baseRef}\n`),
    writeFile(join(path, 'packed-refs'), `${from.baseRevision} ${from.baseRef}\n`),
    writeFile(join(path, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n'),
    writeFile(join(path, 'objects', 'info', 'alternates'), `${containerObjectsPath}\n`),
    writeFile(join(path, 'shallow'), `${from.baseRevision}\n`),
    copyFile(join(from.gitDir, 'index'), join(path, 'index')),
  ]);
}

async function findRemarks(workTree: string): Promise<string[]> {
  const remarks: string[] = [];
  if (await isFile(join(workTree, '.gitmodules')))
    remarks.push('Submodules are not fetched; their folders are empty.');
  const attributes = join(workTree, '.gitattributes');
  if (
    (await isFile(attributes, mostAttributesBytes)) &&
    (await readFile(attributes, 'utf8')).includes('filter=lfs')
  ) {
    remarks.push('Git LFS files stay pointers; their contents are not fetched.');
  }
  return remarks;
}

/** A symbolic link is none: it may lead anywhere. */
async function isFile(path: string, mostBytes = Number.POSITIVE_INFINITY): Promise<boolean> {
  try {
    const found = await lstat(path);
    return found.isFile() && found.size <= mostBytes;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
