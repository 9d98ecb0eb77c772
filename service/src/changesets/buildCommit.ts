import { git, gitText, GitError } from '../git/git.ts';

/** What the commit of a Changeset is made of. */
export interface CommitParts {
  readonly changesetId: number;
  /** The key by which it is known as its own. */
  readonly key: string;
  /** The commit that it comes on top of. */
  readonly parent: string;
  readonly tree: string;
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  /** Unix seconds. */
  readonly date: number;
}

/** The name of the trailer by which a commit says whose it is. */
const trailer = 'Flotilla-Changeset';

/**
 * Makes the commit of a Changeset in the mirror, where `refs/flotilla/changesets/<id>/<commit>` keeps it. Its id is a function of
 * the parts, so that a repetition makes the same one.
 */
export async function buildCommit(gitDir: string, parts: CommitParts, signal: AbortSignal): Promise<string> {
  const { authorName: name, authorEmail: email } = parts;
  const date = `${parts.date} +0000`;
  const environment = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
  const options = { gitDir, signal, environment } as const;
  const input = withTrailer(parts.message, parts.key);
  const commit = await gitText(['commit-tree', parts.tree, '-p', parts.parent, '-F', '-'], {
    ...options,
    input,
  });
  await git(['update-ref', `refs/flotilla/changesets/${parts.changesetId}/${commit}`, commit], options);
  return commit;
}

function withTrailer(message: string, key: string): string {
  const text = message.trimEnd();
  const endsInTrailers = /\n\n(?:[A-Za-z][A-Za-z-]*: .+\n?)+$/.test(text);
  return `${text}${endsInTrailers ? '\n' : '\n\n'}${trailer}: ${key}\n`;
}

/** What a merge of two commits gives: its tree, or the files in which they conflict. */
export type Merged =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

/** Merges two commits in the mirror, without a work tree and without a commit. */
export async function mergeTrees(
  gitDir: string,
  [first, second]: readonly [string, string],
  signal: AbortSignal,
): Promise<Merged> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', first, second];
  const { exitCode, output } = await git(args, { gitDir, signal, answers: [0, 1] });
  const [tree = '', ...paths] = output.toString().replace(/\0$/, '').split('\0');
  return exitCode === 0 ? { kind: 'clean', tree } : { kind: 'conflict', paths };
}

/** Whether a branch has all that a commit brings: the commit itself, or its changes, as after a squash. */
export async function contains(
  gitDir: string,
  branch: string,
  commit: string,
  signal: AbortSignal,
): Promise<boolean> {
  const options = { gitDir, signal, answers: [0, 1] };
  const { exitCode } = await git(['merge-base', '--is-ancestor', commit, branch], options);
  if (exitCode === 0) return true;
  const merged = await mergeTrees(gitDir, [branch, commit], signal);
  if (merged.kind === 'conflict') return false;
  return merged.tree === (await gitText(['rev-parse', '--verify', `${branch}^{tree}`], { gitDir, signal }));
}

/** Whether the mirror has a commit. */
export async function hasCommit(gitDir: string, commit: string, signal: AbortSignal): Promise<boolean> {
  try {
    await git(['cat-file', '-e', `${commit}^{commit}`], { gitDir, signal });
    return true;
  } catch (error) {
    if (error instanceof GitError && error.exitCode !== null) return false;
    throw error;
  }
}

/** Commits of a branch that are looked through for one of ours: more than people put on top of it. */
const mostLookedAt = 1000;

/** The newest of some commits that another one descends from; undefined when it descends from none, or is far from it. */
export async function newestAmong(
  gitDir: string,
  commit: string,
  among: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const args = ['rev-list', `--max-count=${mostLookedAt}`, '--end-of-options', commit];
  return (await gitText(args, { gitDir, signal })).split('\n').find((each) => among.has(each));
}
