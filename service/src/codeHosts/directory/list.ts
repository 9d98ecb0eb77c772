import pLimit from 'p-limit';
import type { HostListing } from '../codeHost.ts';
import { describeRepository } from './describeRepository.ts';
import { findRepositories } from './findRepositories.ts';
import { inPlace } from './inPlace.ts';

/** So many repositories are read at once: enough to keep all slots of git busy. */
const repositoriesAtOnce = 32;

/** All repositories of the folder. Throws when it cannot be read. */
export function list(folder: string, signal?: AbortSignal): Promise<HostListing> {
  return inPlace(folder, async () => {
    const { found, unseen } = await findRepositories(folder);
    const atOnce = pLimit(repositoriesAtOnce);
    const described = found.map((repository) => atOnce(() => describeRepository(repository, folder, signal)));
    return { repositories: await Promise.all(described), unseen };
  });
}
