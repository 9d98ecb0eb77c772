/** The short name of a branch, as people write it: `release/2` of `refs/heads/release/2`. */
export function branchOf(baseRef: string): string {
  return baseRef.replace(/^refs\/heads\//, '');
}
