import type { Target } from '@flotilla/shared/target/target';
import { targetKey } from '@flotilla/shared/target/targetKey';
import type { ScopeChanges, ScopePreview } from '@flotilla/shared/views';

/** Of a repository that is not even left out. */
const notListed = { kind: 'notListed' } as const;

/**
 * What has changed from Targets that somebody saw to a scope as it is now: which came, which went and why, and which are at
 * another commit. Undefined when nothing has.
 */
export function scopeChanges(
  seen: readonly Target[],
  { targets, leftOut }: Pick<ScopePreview, 'targets' | 'leftOut'>,
): ScopeChanges | undefined {
  const before = new Map(seen.map((target) => [targetKey(target), target]));
  const after = new Map(targets.map((target) => [targetKey(target), target]));
  const added = targets.filter((target) => !before.has(targetKey(target)));
  const reasons = new Map(leftOut.map(({ repositoryId, reason }) => [repositoryId, reason]));
  const gone = seen
    .filter((target) => !after.has(targetKey(target)))
    .map((target) => ({ target, reason: reasons.get(target.repositoryId) ?? notListed }));
  const moved = targets.flatMap((target) => {
    const from = before.get(targetKey(target))?.baseRevision;
    return from === undefined || from === target.baseRevision ? [] : [{ target, from }];
  });
  return added.length + gone.length + moved.length === 0 ? undefined : { added, gone, moved };
}
