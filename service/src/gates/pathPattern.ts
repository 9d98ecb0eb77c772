/** Whether a path is one of a pattern: `*` stands for what is within a part of a path, `**` for any parts. Linear in the path. */
export function matchesPath(pattern: string, path: string): boolean {
  return matchParts(pattern.split('/'), path.split('/'));
}

function matchParts(pattern: readonly string[], path: readonly string[]): boolean {
  // Where the last `**` was met, and how much of the path it has taken.
  let [at, index, star, taken] = [0, 0, -1, 0];
  while (index < path.length) {
    if (pattern[at] === '**') {
      [star, taken] = [at, index];
      at += 1;
    } else if (at < pattern.length && matchPart(pattern[at] ?? '', path[index] ?? '')) {
      at += 1;
      index += 1;
    } else if (star !== -1) {
      taken += 1;
      [at, index] = [star + 1, taken];
    } else return false;
  }
  return pattern.slice(at).every((part) => part === '**');
}

/** The same for the letters of one part. */
function matchPart(pattern: string, part: string): boolean {
  let [at, index, star, taken] = [0, 0, -1, 0];
  while (index < part.length) {
    if (pattern[at] === '*') {
      [star, taken] = [at, index];
      at += 1;
    } else if (at < pattern.length && pattern[at] === part[index]) {
      at += 1;
      index += 1;
    } else if (star !== -1) {
      taken += 1;
      [at, index] = [star + 1, taken];
    } else return false;
  }
  return /^\*{0,}$/.test(pattern.slice(at));
}
