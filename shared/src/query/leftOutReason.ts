/**
 * Why a scope leaves a repository out. Patterns and texts are quoted from the query, of long ones the beginning: a reason is
 * sent for each repository.
 */
export type LeftOutReason =
  /** Whoever asked named other repositories. */
  | { readonly kind: 'notChosen' }
  /** It was in the scope, and its code host lists it no more. */
  | { readonly kind: 'notListed' }
  /** Its name does not match a `repo:`. */
  | { readonly kind: 'nameDiffers'; readonly pattern: string }
  /** Its name matches a `-repo:`. */
  | { readonly kind: 'nameExcluded'; readonly pattern: string }
  /** Its code host could not be listed when that was last tried, so that nobody knows what is there. */
  | { readonly kind: 'hostAway'; readonly problem: string }
  /** No Job can run on it: `problem` is a clause about it, "it is empty". */
  | { readonly kind: 'unusable'; readonly problem: string }
  | { readonly kind: 'noDefaultBranch' }
  /** It has no file that all of `file:` match, and that has the text where the query has one. */
  | { readonly kind: 'noFile'; readonly files: string; readonly text: string | null }
  /** It has no file with the text. */
  | { readonly kind: 'noText'; readonly text: string }
  /** None of its first files matches, and more than these are not looked at. */
  | { readonly kind: 'tooManyFiles'; readonly most: number }
  /** It is broken, or a search of it takes more than one may; `problem` is what was said of it. */
  | { readonly kind: 'notSearched'; readonly problem: string }
  /** It matches, and so do as many before it as `count:` takes. */
  | { readonly kind: 'beyondCount'; readonly count: number };

/** A reason for people, after the name of its repository: "does not match repo:web". */
export function describeLeftOut(reason: LeftOutReason): string {
  switch (reason.kind) {
    case 'notChosen':
      return 'was not chosen';
    case 'notListed':
      return 'is not there any more';
    case 'nameDiffers':
      return `does not match repo:${reason.pattern}`;
    case 'nameExcluded':
      return `matches -repo:${reason.pattern}`;
    case 'hostAway':
      return `is on a code host that cannot be reached: ${reason.problem}`;
    case 'unusable':
      return reason.problem;
    case 'noDefaultBranch':
      return 'has no default branch';
    case 'noFile':
      return `has no file that matches ${reason.files}${reason.text === null ? '' : ` and contains "${reason.text}"`}`;
    case 'noText':
      return `does not contain "${reason.text}"`;
    case 'tooManyFiles':
      return `has more than ${reason.most.toLocaleString('en')} files, and none of those matches`;
    case 'notSearched':
      return `could not be searched: ${reason.problem}`;
    case 'beyondCount':
      return `is beyond count:${reason.count}`;
    default:
      return describeNewer(reason);
  }
}

/** Of a service that is newer than this editor. */
function describeNewer(reason: never): string {
  return `is left out (${(reason as { readonly kind: string }).kind})`;
}
