import { FlotillaError } from '@flotilla/shared/errors';
import type { Target } from '@flotilla/shared/target/target';
import type { User } from '../auth/tokens.ts';
import type { ChosenRepositories } from '../db/schema/executions.ts';
import { canSee } from '../repositories/canSee.ts';
import { chosenAmong } from '../search/chosenAmong.ts';

/**
 * Those of confirmed Targets that are to run: all, or those of some repositories, by id or by name. Refuses when there is
 * none, and when the user may not see one of them any more: what was confirmed is what runs, and not a part of it.
 */
export function chosenTargets(
  user: Pick<User, 'sees'>,
  confirmed: readonly Target[],
  repositories: ChosenRepositories | null,
): readonly Target[] {
  const targets = confirmed.filter(chosenAmong(repositories));
  if (targets.length === 0) {
    throw new FlotillaError(
      'scope.empty',
      repositories === null
        ? 'There is no repository in the scope that was confirmed. Look at it again.'
        : 'None of the chosen repositories is in the scope that was confirmed. Look at it again.',
    );
  }
  if (targets.every(({ repositoryId: id }) => canSee(user, { id }))) return targets;
  throw new FlotillaError(
    'scope.expired',
    'You may not see all repositories of the scope that was confirmed any more. Look at it again.',
  );
}
