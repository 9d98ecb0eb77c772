/** What marks a pull request as that of a Changeset: a comment at the end of its body. */
export function markerOf(key: string): string {
  return `<!-- flotilla:${key} -->`;
}
