import { git, GitError, gitText, type GitOptions } from '../git/git.ts';
import type { BranchChange, PushOutcome } from './branchChange.ts';
import type { GitAccess } from './codeHost.ts';
import { HostError } from './hostError.ts';

/** How long a host may take to say where its branches are, and to take one, in milliseconds. */
const timeLimits = { look: 30_000, push: 5 * 60_000 };

/** A repository on a host that git reaches over a network. */
export interface RemoteRepository {
  readonly access: GitAccess;
  /** Whose slots are taken: those of its host. */
  readonly owner: string;
  /** What people call it. */
  readonly name: string;
}

/** The commits of some branches at a host, asked for by git. Throws a {@link HostError}. */
export async function remoteHeads(
  { access, owner, name }: RemoteRepository,
  branches: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const args = [...(access.options ?? []), 'ls-remote', '--quiet', '--', access.url, ...branches];
  try {
    const text = await gitText(args, { ...optionsOf(access, owner, signal), timeLimitMs: timeLimits.look });
    const wanted = new Set(branches);
    const lines = text.split('\n').map((line) => line.split('\t') as [string, string]);
    return new Map(
      lines.filter(([, branch]) => wanted.has(branch)).map(([commit, branch]) => [branch, commit]),
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw hostErrorOf(error, name);
  }
}

/** Moves a branch at a host by a push that names the commit at which it must be. Throws a {@link HostError}. */
export async function remotePush(
  { access, owner, name }: RemoteRepository,
  { mirrorPath, branch, commit, expect }: BranchChange,
  signal?: AbortSignal,
): Promise<PushOutcome> {
  const lease = `--force-with-lease=${branch}:${expect ?? ''}`;
  const args = [...(access.options ?? []), 'push', '--porcelain', '--no-verify', lease, '--', access.url];
  const options = { ...optionsOf(access, owner, signal), gitDir: mirrorPath, timeLimitMs: timeLimits.push };
  try {
    const { output } = await git([...args, `${commit ?? ''}:${branch}`], { ...options, answers: [0, 1] });
    const outcome = parsePush(output.toString());
    if (outcome !== 'stale') return outcome;
    const remote = (await remoteHeads({ access, owner, name }, [branch], signal)).get(branch) ?? null;
    // A repetition, or it was deleted already.
    return remote === commit ? { kind: 'same' } : { kind: 'stale', remote };
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof HostError ? error : hostErrorOf(error, name);
  }
}

/** Reads what `git push --porcelain` says of one branch: a flag, what goes where, and a summary in parentheses. */
export function parsePush(output: string): PushOutcome | 'stale' {
  const line = output.split('\n').find((each) => /^[ +*=!-]\t/.test(each));
  const [flag, , summary = ''] = (line ?? '').split('\t');
  if (flag === '=') return { kind: 'same' };
  if (flag !== undefined && flag !== '' && flag !== '!') return { kind: 'done' };
  const rule = /\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*$/.exec(summary)?.[1] ?? summary;
  if (/^(?:stale info|fetch first|non-fast-forward|failed to update ref|needs force)/.test(rule))
    return 'stale';
  return { kind: 'refused', rule: rule === '' ? 'its host does not say why' : rule.slice(0, 500) };
}

function optionsOf(access: GitAccess, owner: string, signal: AbortSignal | undefined): GitOptions {
  const environment = { ...access.environment, GIT_ALLOW_PROTOCOL: access.protocol };
  return { lane: 'remote', owner, environment, signal };
}

/** What git said about the host as a whole, which is no word about a branch. */
function hostErrorOf(error: unknown, name: string): HostError {
  const said = error instanceof GitError ? error.stderr : String(error);
  const line =
    said
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^(?:fatal|error|remote): /, '')
      .slice(0, 300) ?? '';
  if (/Authentication failed|could not read (?:Username|Password)|terminal prompts disabled/.test(said))
    return new HostError('credential', `The code host refuses the credential for ${name}. Replace it.`, {
      retry: 'backOff',
      cause: error,
    });
  if (/not found|does not exist/i.test(said))
    return new HostError('gone', `The code host has no repository ${name}, or does not show it.`, {
      retry: 'backOff',
      cause: error,
    });
  return new HostError('unavailable', `git could not reach ${name}: ${line}.`, {
    retry: 'backOff',
    unclear: true,
    cause: error,
  });
}
