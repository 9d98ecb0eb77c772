import type { HostedRepository } from '../codeHost.ts';
import { describeRepository } from './describeRepository.ts';
import { findRepository } from './findRepository.ts';

/** One repository of the folder; undefined when there is none of this name. */
export async function look(
  folder: string,
  name: string,
  signal?: AbortSignal,
): Promise<HostedRepository | undefined> {
  const found = await findRepository(folder, name);
  return found === undefined ? undefined : describeRepository(found, folder, signal);
}
