import { maxTreePaths } from '@flotilla/shared/protocol/treeLimits';
import { nulItems } from '../git/nulItems.ts';
import { Pace } from '../pace.ts';
import type { Matcher } from './patterns.ts';

/** Longer paths no system checks out (PATH_MAX of Linux); they are counted, and match nothing. */
const maxPathBytes = 4096;

/** What a Runner would not check out need not be found either. */
export const maxPaths = maxTreePaths;

/** What was found among paths; `tooMany` when nothing was among the first {@link maxPaths}. */
export type PathSearch = 'found' | 'none' | 'tooMany';

/**
 * Looks for a path that all matchers match, in an output of git that ends each path with NUL, after so many characters of
 * something else. Returns with the first one. Counts as it reads: a tree of a few kilobytes can have a thousand million paths.
 */
export async function findMatchingPath(
  output: AsyncIterable<Buffer>,
  matchers: readonly Matcher[],
  prefixLength = 0,
  most = maxPaths,
): Promise<PathSearch> {
  const pace = new Pace();
  let count = 0;
  for await (const items of nulItems(output, maxPathBytes + prefixLength)) {
    for (const item of items) {
      if ((count += 1) > most) return 'tooMany';
      const path = item?.slice(prefixLength);
      if (path !== undefined && matchers.every((matches) => matches(path))) return 'found';
      if (pace.isOver()) await pace.rest();
    }
  }
  return 'none';
}
