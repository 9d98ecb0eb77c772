import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { Identity } from '../../identity.ts';

/**
 * What tells a repository from all others of which this runner keeps something: the service that has it, and its id there.
 * Two code hosts may have one of the same name. A service of before says no id: then its name has to do.
 */
export function repositoryIdentity(
  serverUrl: string,
  { repositoryId, repository }: Pick<ClaimedJob, 'repositoryId' | 'repository'>,
): Identity {
  return [serverUrl, repositoryId ?? repository];
}
