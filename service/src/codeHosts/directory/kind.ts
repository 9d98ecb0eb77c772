import type { CodeHostKind } from '../codeHost.ts';
import { abilities } from './abilities.ts';
import { access } from './access.ts';
import { list } from './list.ts';
import { look } from './look.ts';
import { settings } from './settings.ts';
import { Unreadable } from './unreadable.ts';

/** A folder of git repositories on this machine. It is never written to. */
export const directory: CodeHostKind = {
  open(folder, given) {
    if (!settings.safeParse(given).success) throw new Unreadable('it has settings, and a folder has none');
    return {
      kind: 'directory',
      location: folder,
      can: abilities,
      list: (signal) => list(folder, signal),
      look: ({ name }, signal) => look(folder, name, signal),
      access: ({ name }) => access(folder, name),
    };
  },
};
