import { describeLeftOut } from '@flotilla/shared/query/leftOutReason';
import type { LeftOutView } from '@flotilla/shared/views';

/** Why a repository is left out, as people read it; undefined when it is not. */
export function reasonOf(
  leftOut: readonly LeftOutView[],
  repository: string | undefined,
): string | undefined {
  const found = leftOut.find((one) => one.repository === repository);
  return found === undefined ? undefined : describeLeftOut(found.reason);
}
