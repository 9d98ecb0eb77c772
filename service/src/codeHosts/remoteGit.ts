import { git, gitText, type GitOptions } from '../git/git.ts';
import type { BranchChange, PushOutcome } from './branchChange.ts';
import type { GitAccess } from './codeHost.ts';
import { HostError } from './hostError.ts';
import { parsePush } from './parsePush.ts';
import { remoteTrouble } from './remoteTrouble.ts';

/** How long a host may take to say where its branches are, and to take one, in milliseconds. */
const timeLimits = { look: 30_000, push: 5 * 60_000 };

/** A repository on a host that git reaches over a network. */
export interface RemoteRepository {
  readonly access: GitAccess;
  /** Whose slots are taken, see laneOwner.ts. */
  readonly owner: string;
  /** What people call it. */
  readonly name: string;
}

/** The commits of some branches at a host, asked for by git. Throws a {@link HostError}. */
export async function remoteHeads(
  remote: RemoteRepository,
  branches: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Set(branches);
  const there = await listRemote(remote, branches, signal);
  return new Map([...there].filter(([branch]) => wanted.has(branch)));
}

/**
 * The refs at a host that fit one of some patterns, as `git ls-remote` takes them, with their commits; what `HEAD` leads to is
 * the branch at `HEAD ->`, when `HEAD` is asked for. Throws a {@link HostError}.
 */
export async function listRemote(
  { access, owner, name }: RemoteRepository,
  patterns: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const args = ['ls-remote', '--quiet', '--symref', '--', access.url, ...patterns];
  // No repository of the folder that the service was started in has a say in it.
  const options = { ...optionsOf(access, owner, signal), gitDir: '/dev/null', timeLimitMs: timeLimits.look };
  try {
    const text = await gitText([...(access.options ?? []), ...args], options);
    return new Map(
      text.split('\n').flatMap((line): [string, string][] => {
        const [what = '', ref] = line.split('\t');
        if (ref === undefined) return [];
        return what.startsWith('ref: ') ? [[`${ref} ->`, what.slice(5)]] : [[ref, what]];
      }),
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw remoteTrouble(error, name);
  }
}

/** Moves a branch at a host by a push that names the commit at which it must be. Throws a {@link HostError}. */
export async function remotePush(
  remote: RemoteRepository,
  { mirrorPath, branch, commit, expect }: BranchChange,
  signal?: AbortSignal,
): Promise<PushOutcome> {
  const { access, owner, name } = remote;
  const lease = `--force-with-lease=${branch}:${expect ?? ''}`;
  const args = [...(access.options ?? []), 'push', '--porcelain', '--no-verify', lease, '--', access.url];
  const options = { ...optionsOf(access, owner, signal), gitDir: mirrorPath, timeLimitMs: timeLimits.push };
  try {
    const { output, stderr } = await git([...args, `${commit ?? ''}:${branch}`], {
      ...options,
      answers: [0, 1],
    });
    const pushed = parsePush(output.toString(), stderr);
    if (pushed.kind === 'done' || pushed.kind === 'same') return pushed;
    const there = (await remoteHeads(remote, [branch], signal)).get(branch) ?? null;
    // A repetition, or it was deleted already.
    if (there === commit) return { kind: 'same' };
    if (there !== expect) return { kind: 'stale', remote: there };
    const inTheWay = await branchInTheWay(remote, branch, signal);
    const rule = inTheWay === undefined ? pushed.rule : `the branch ${inTheWay} is in its way`;
    return { kind: 'refused', rule };
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof HostError ? error : remoteTrouble(error, name);
  }
}

/** A branch because of which one of this name cannot be: git keeps them as files and folders, so `a` or `a/b/c` for `a/b`. */
async function branchInTheWay(
  remote: RemoteRepository,
  branch: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const parts = branch.split('/');
  const above = parts.slice(2, -1).map((_, index) => parts.slice(0, index + 3).join('/'));
  const there = await listRemote(remote, [...above, `${branch}/*`], signal);
  return [...there.keys()].find((ref) => above.includes(ref) || ref.startsWith(`${branch}/`));
}

function optionsOf(access: GitAccess, owner: string, signal: AbortSignal | undefined): GitOptions {
  const environment = { ...access.environment, GIT_ALLOW_PROTOCOL: access.protocol };
  return { lane: 'remote', owner, environment, signal };
}
