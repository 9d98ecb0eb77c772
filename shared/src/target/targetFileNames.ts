import { safeFileNames } from '../text/safeFileNames.ts';
import { compareTargets } from './compareTargets.ts';
import { targetKey } from './targetKey.ts';
import type { Target } from './target.ts';
import { targetNames } from './targetNames.ts';

/**
 * What a file is called for each Target of an Execution, `targets` being all of them: `acme__web.patch`, by the name that
 * people see ({@link targetNames}) made one that every file system takes ({@link safeFileNames}). It is the same whichever
 * of them get a file, and in whatever order they come. Asked for a Target that is none of them it throws.
 */
export function targetFileNames(targets: readonly Target[], ending: string): (target: Target) => string {
  const ordered = [...new Map(targets.map((target) => [targetKey(target), target])).values()].sort(
    compareTargets,
  );
  const files = safeFileNames(ordered.map(targetNames(ordered)), ending);
  const byKey = new Map(ordered.map((target, index) => [targetKey(target), files[index]]));
  return (target) => {
    const file = byKey.get(targetKey(target));
    if (file === undefined) throw new Error(`${target.repository} is none of the Targets that have files`);
    return file;
  };
}
