import { createHash } from 'node:crypto';

/** What tells a thing that is kept in a folder of its own from all others: equal ones are the same thing. */
export type Identity = readonly (string | number)[];

/** A name for that folder: of one form, whatever the parts are. */
export function folderNameOf(identity: Identity): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
}
