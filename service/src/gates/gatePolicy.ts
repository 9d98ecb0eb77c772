/** What a Patch may be that is published without a further word. */
export interface GatePolicy {
  readonly mostFiles: number;
  /** Added and removed ones together. */
  readonly mostLines: number;
  /** Patterns of paths that may not be changed: `*` within a part of a path, `**` across parts. */
  readonly forbiddenPaths: readonly string[];
}

/** Wide enough for a change of names in a large repository; a tool that ran wild is wider. */
export const standardPolicy: GatePolicy = { mostFiles: 2000, mostLines: 200_000, forbiddenPaths: [] };
