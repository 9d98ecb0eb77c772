import type { CodeHostKind } from '../codeHost.ts';
import { HostError } from '../hostError.ts';
import { abilitiesOf } from './abilities.ts';
import { access } from './access.ts';
import { heads } from './heads.ts';
import { list } from './list.ts';
import { look } from './look.ts';
import { push } from './push.ts';
import { settings } from './settings.ts';
import { Unreadable } from './unreadable.ts';

/** A folder of git repositories on this machine. It is written only where its settings say so, and then branches alone. */
export const directory: CodeHostKind = {
  protocols: [],
  open(folder, given) {
    const parsed = settings.safeParse(given);
    if (!parsed.success) throw new Unreadable('it has settings that a folder does not have');
    const can = abilitiesOf(parsed.data);
    return {
      kind: 'directory',
      location: folder,
      can,
      list: (signal) => list(folder, signal),
      look: ({ name }, signal) => look(folder, name, signal),
      access: ({ name }) => access(folder, name),
      heads: ({ name }, branches, signal) => heads(folder, name, branches, signal),
      push({ name }, change, signal) {
        if (!can.push) throw readOnly(folder);
        return push(folder, name, change, signal);
      },
    };
  },
};

function readOnly(folder: string): HostError {
  return new HostError(
    'forbidden',
    `The folder ${folder} is only read. Write \`:rw\` behind it in FLOTILLA_REPOSITORIES, and start the service again.`,
    { retry: 'backOff' },
  );
}
