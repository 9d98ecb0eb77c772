import type Docker from 'dockerode';
import { ownUser } from '../../ownUser.ts';
import { disarm } from '../../trees/disarm.ts';
import type { RootHelper } from '../container/rootHelper.ts';
import { disarmAsRoot } from './takeBack.ts';

/**
 * Takes from a folder what must not outlive a Step, whoever its files belong to; they stay theirs. As {@link disarm} only
 * where no container writes. False when it could not be done everywhere.
 */
export async function disarmFolder(docker: Docker, folder: string, helper: RootHelper): Promise<boolean> {
  if (await disarm(folder)) return true;
  return ownUser().uid !== 0 && (await disarmAsRoot(docker, folder, helper));
}
