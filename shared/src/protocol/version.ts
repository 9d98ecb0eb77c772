/** Protocol versions that this build speaks. Peers say theirs at hello and use the highest that both know. */
export const runnerProtocol = { min: 1, max: 1 } as const;
/** 2: rows come by topic (liveRows.ts), and lists in pages. */
export const editorProtocol = { min: 2, max: 2 } as const;

export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** The highest version in both ranges, or undefined when the peers cannot understand each other. */
export function commonVersion(ours: VersionRange, theirs: VersionRange): number | undefined {
  const version = Math.min(ours.max, theirs.max);
  return version >= Math.max(ours.min, theirs.min) ? version : undefined;
}
