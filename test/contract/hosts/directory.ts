import { join } from 'node:path';
import { directory } from '../../../service/src/codeHosts/directory/kind.ts';
import { git } from '../../support/repositories.ts';
import { noCredential } from '../../support/scriptedHost.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import type { ContractHost, ContractKind } from '../contractHost.ts';
import { makeBareRepository } from './bareRepository.ts';

const openAt = (location: string) => directory.open(location, { writable: true }, noCredential);

/** A folder of repositories that may be written. */
export const directoryKind: ContractKind = {
  name: 'a folder of repositories',
  can: openAt('/').can,
  takesToken: false,
  async open(): Promise<ContractHost> {
    await using resources = new AsyncDisposableStack();
    const { path: folder } = resources.use(await temporaryFolder());
    const location = join(folder, 'repositories');
    const owned = resources.move();
    return {
      host: openAt(location),
      secret: '',
      away: join(folder, 'away'),
      openAt: (other) => openAt(other.location ?? location),
      async makeRepository(options = {}) {
        const made = await makeBareRepository(folder, options, (_name, path) => ({ url: path }));
        return {
          ...made,
          // Hooks do not run there; what is checked out is not moved.
          async protect(branch) {
            await git(made.path, ['worktree', 'add', '--quiet', join(folder, 'work', made.ref.name), branch]);
            return /checked out/;
          },
        };
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};
