import { copyFile, lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttemptError } from '../jobs/attemptError.ts';
import { fetchFailureOf } from './fetchFailure.ts';
import { git, GitError } from './git.ts';

/** Where containers see the objects of the trusted repository, read-only. */
export const containerObjectsPath = '/flotilla/objects';

/** A Target's files on this machine. */
export interface Checkout {
  /** The repository that the runner trusts; containers never see it, but for its objects. */
  readonly gitDir: string;
  readonly workTree: string;
  /** The objects of the base, which containers may read. */
  readonly objectsFolder: string;
  readonly baseRevision: string;
  readonly baseTree: string;
  /** What a reader of the log should know, such as pointers that were not resolved. */
  readonly remarks: readonly string[];
}

export interface CheckoutRequest {
  /** An empty folder of the Attempt's own. */
  readonly folder: string;
  /** The repository over smart HTTP, without credentials. */
  readonly url: string;
  readonly attemptId: number;
  readonly leaseToken: string;
  readonly baseRevision: string;
  /** Full name of the branch. */
  readonly baseRef: string;
  readonly signal: AbortSignal;
}

/** A fetch that did not bring the commit. */
export class FetchError extends AttemptError {
  readonly failure: ReturnType<typeof fetchFailureOf>;

  constructor(baseRevision: string, cause: GitError) {
    const said = cause.stderr.trim();
    super('git', `Commit ${baseRevision} could not be fetched from the service: ${said}`, { cause });
    this.failure = fetchFailureOf(said);
  }
}

/**
 * Fetches one commit, depth 1, and checks it out. The work tree gets a `.git` of its own that the containers may read
 * and spoil; the runner never reads it. Throws a {@link FetchError} when the service does not give the commit.
 */
export async function checkOut(request: CheckoutRequest): Promise<Checkout> {
  const { folder, baseRevision, signal } = request;
  const gitDir = join(folder, 'git');
  const workTree = join(folder, 'work');
  await makeBareRepository(gitDir);
  await mkdir(workTree, { recursive: true });
  const credentials = Buffer.from(`attempt-${request.attemptId}:${request.leaseToken}`).toString('base64');
  try {
    await git(
      ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head', request.url, baseRevision],
      {
        gitDir,
        settings: { 'http.extraHeader': `Authorization: Basic ${credentials}` },
        signal,
      },
    );
  } catch (error) {
    throw error instanceof GitError ? new FetchError(baseRevision, error) : error;
  }
  try {
    await git(['read-tree', '-u', '--reset', baseRevision], { gitDir, workTree, signal });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const message = `Commit ${baseRevision} could not be checked out: ${error.stderr.trim()}`;
    throw new AttemptError('git', message, { cause: error });
  }
  const baseTree = (await git(['rev-parse', `${baseRevision}^{tree}`], { gitDir, signal })).toString().trim();
  await makeDisposableRepository({ gitDir, workTree, baseRevision, baseRef: request.baseRef });
  return {
    gitDir,
    workTree,
    objectsFolder: join(gitDir, 'objects'),
    baseRevision,
    baseTree,
    remarks: await findRemarks(workTree),
  };
}

/** What `git init --bare` would make, less what nobody reads: a process spared per Attempt. */
async function makeBareRepository(path: string): Promise<void> {
  await mkdir(join(path, 'objects', 'info'), { recursive: true });
  await mkdir(join(path, 'refs'), { recursive: true });
  await writeFile(join(path, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(join(path, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
}

/** The repository that containers see: same commit, branch and index; objects by reference to the trusted ones. */
async function makeDisposableRepository(from: {
  readonly gitDir: string;
  readonly workTree: string;
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
  if ((await isFile(attributes)) && (await readFile(attributes, 'utf8')).includes('filter=lfs')) {
    remarks.push('Git LFS files stay pointers; their contents are not fetched.');
  }
  return remarks;
}

/** A symbolic link is none: it may lead anywhere. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
