/** What a gate found in a Patch that is to be published. Paths are shown ones. */
export type GateFinding =
  | { readonly kind: 'tooManyFiles'; readonly files: number; readonly most: number }
  | { readonly kind: 'tooManyLines'; readonly lines: number; readonly most: number }
  /** A file that may not be changed. */
  | { readonly kind: 'forbiddenPath'; readonly path: string; readonly pattern: string }
  /** A new file that looks as if a tool had left it behind. */
  | { readonly kind: 'leftBehind'; readonly path: string }
  /** A line that is added has something that looks like a secret. */
  | { readonly kind: 'secret'; readonly path: string; readonly line: number; readonly what: string };

/** A finding for people, as a clause about a Patch. */
export function describeFinding(finding: GateFinding): string {
  switch (finding.kind) {
    case 'tooManyFiles':
      return `it changes ${finding.files} files, and ${finding.most} are the most`;
    case 'tooManyLines':
      return `it changes ${finding.lines} lines, and ${finding.most} are the most`;
    case 'forbiddenPath':
      return `it changes ${finding.path}, which ${finding.pattern} forbids`;
    case 'leftBehind':
      return `it adds ${finding.path}, which a tool seems to have left behind`;
    case 'secret':
      return `line ${finding.line} of ${finding.path} has what looks like ${finding.what}`;
    default:
      return `a gate stops it (${(finding as { readonly kind: string }).kind})`;
  }
}
