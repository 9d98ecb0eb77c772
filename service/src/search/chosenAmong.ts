import type { NamedRepository } from '@flotilla/shared/target/target';
import type { ChosenRepositories } from '../db/schema/executions.ts';

/** Whether a repository is one of those that were chosen; without a choice all are. */
export function chosenAmong(
  repositories: ChosenRepositories | null,
): (repository: Pick<NamedRepository, 'repositoryId' | 'repository'>) => boolean {
  if (repositories === null) return () => true;
  const chosen = new Set<number | string>(repositories);
  return ({ repositoryId, repository }) => chosen.has(repositoryId) || chosen.has(repository);
}
