import type { Sql } from '../../db/database.ts';
import type { SecretIdentity } from '../sealed.ts';

/** A secret as it is stored; undefined when there is none. */
export async function selectSealed(
  sql: Sql,
  { ownerKind, ownerKey, name }: SecretIdentity,
): Promise<Uint8Array | undefined> {
  const [row] = await sql<{ sealed: Uint8Array }[]>`
    select sealed from secrets where owner_kind = ${ownerKind} and owner_key = ${ownerKey} and name = ${name}`;
  return row?.sealed;
}
