import { describeFinding, type GateFinding } from './gateFinding.ts';

/** Why a Changeset does not go on, or has something to say. */
export type ChangesetReason =
  /** Its branch is at a commit that nobody of ours pushed. */
  | { readonly kind: 'foreignCommits'; readonly commit: string }
  /** Its base has moved, and the Patch conflicts with it in these files. */
  | { readonly kind: 'baseConflict'; readonly base: string; readonly paths: readonly string[] }
  /** Ours is to come on top of a commit of somebody else, and conflicts with it in these files. */
  | { readonly kind: 'foreignConflict'; readonly commit: string; readonly paths: readonly string[] }
  | { readonly kind: 'baseGone' }
  /** There is a pull request of this branch that we did not open. */
  | { readonly kind: 'foreignPullRequest'; readonly number: number }
  /** A gate stops its Patch: a person may pass it by, with a reason. */
  | { readonly kind: 'gate'; readonly findings: readonly GateFinding[] }
  /** The host or the repository refuses its branch. */
  | { readonly kind: 'refused'; readonly rule: string }
  /** The code host or the repository is not there at present. */
  | { readonly kind: 'away'; readonly problem: string }
  /** Whatever else the host said, in a sentence. */
  | { readonly kind: 'hostError'; readonly message: string }
  /** What could not be done besides, such as a reviewer whom nobody knows; a sentence each. */
  | { readonly kind: 'warnings'; readonly messages: readonly string[] };

/** What a person decided about a branch at a commit that is not ours. It holds for exactly that commit. */
export type ChangesetDecision =
  /** It stays as it is, and nothing is pushed while it is there. */
  | { readonly kind: 'keepTheirs'; readonly commit: string }
  /** It goes. That ours comes on top of it instead is kept elsewhere: what is wanted is another commit then. */
  | { readonly kind: 'overwrite'; readonly commit: string };

/** A reason for people, in a sentence. */
export function describeReason(reason: ChangesetReason, branch: string, baseBranch: string): string {
  switch (reason.kind) {
    case 'foreignCommits':
      return `The branch ${branch} is at ${reason.commit.slice(0, 12)}, a commit that Flotilla did not push. Decide whether it is kept.`;
    case 'baseConflict':
      return `${baseBranch} has changed, and the patch conflicts with it in ${listOf(reason.paths)}. Run again on the current base.`;
    case 'foreignConflict':
      return `The patch conflicts with ${reason.commit.slice(0, 12)}, a commit that Flotilla did not push, in ${listOf(reason.paths)}. Decide which of the two is kept.`;
    case 'baseGone':
      return `The branch ${baseBranch}, into which it would be merged, is not there any more.`;
    case 'foreignPullRequest':
      return `The branch ${branch} has pull request #${reason.number}, which Flotilla did not open.`;
    case 'gate':
      return `It is not published, because ${listOf(reason.findings.map(describeFinding))}.`;
    case 'refused':
      return `The branch ${branch} was not taken: ${reason.rule}.`;
    case 'away':
      return `Its code host cannot be reached: ${reason.problem}.`;
    case 'hostError':
      return reason.message;
    case 'warnings':
      return reason.messages.join(' ');
    default:
      return `It waits (${(reason as { readonly kind: string }).kind}).`;
  }
}

/** Names that are shown one by one; the others are counted. */
const mostNamed = 3;

function listOf(paths: readonly string[]): string {
  const named = paths.slice(0, mostNamed).join(', ');
  const more = paths.length - mostNamed;
  return more > 0 ? `${named} and ${more} more` : named;
}
