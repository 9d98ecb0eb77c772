import type { ScopeChanges, ScopePreview, TargetView } from '@flotilla/shared/views';

/** Of a repository that is not even left out. */
const notListed = { kind: 'notListed' } as const;

/**
 * What has changed from Targets that somebody saw to a scope as it is now: which came, which went and why, and which are at
 * another commit. Undefined when nothing has.
 */
export function scopeChanges(
  seen: readonly TargetView[],
  { targets, leftOut }: Pick<ScopePreview, 'targets' | 'leftOut'>,
): ScopeChanges | undefined {
  const before = new Map(seen.map((target) => [placeOf(target), target]));
  const after = new Map(targets.map((target) => [placeOf(target), target]));
  const added = targets.filter((target) => !before.has(placeOf(target)));
  const reasons = new Map(leftOut.map(({ repository, reason }) => [repository, reason]));
  const gone = seen
    .filter((target) => !after.has(placeOf(target)))
    .map((target) => ({ target, reason: reasons.get(target.repository) ?? notListed }));
  const moved = targets.flatMap((target) => {
    const from = before.get(placeOf(target))?.baseRevision;
    return from === undefined || from === target.baseRevision ? [] : [{ target, from }];
  });
  return added.length + gone.length + moved.length === 0 ? undefined : { added, gone, moved };
}

/** Equal for two Targets that differ in their commit alone. */
function placeOf({ repositoryId, baseRef }: TargetView): string {
  return `${repositoryId} ${baseRef}`;
}
