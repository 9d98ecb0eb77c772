/** A Job with its changed files, as one unit of a review. */
export interface Unit<J, F> {
  readonly job: J;
  readonly files: readonly F[];
}

/**
 * Shares the files of many Jobs out over tabs of at most `max` files, in their order. A Job is kept in one tab where
 * it fits into one; a larger one is divided.
 */
export function shareOut<J, F>(
  units: readonly Unit<J, F>[],
  max: number,
): readonly (readonly Unit<J, F>[])[] {
  const tabs: Unit<J, F>[][] = [];
  let room = 0;
  for (const { job, files } of units) {
    for (let at = 0; at < files.length;) {
      const rest = files.length - at;
      if (room === 0 || (rest > room && rest <= max)) {
        tabs.push([]);
        room = max;
      }
      const part = files.slice(at, at + room);
      tabs.at(-1)?.push({ job, files: part });
      room -= part.length;
      at += part.length;
    }
  }
  return tabs;
}
