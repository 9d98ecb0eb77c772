import type { Sql } from '../../db/database.ts';
import type { SecretIdentity } from '../sealed.ts';
import { sealedKeyId } from './sealedKeyId.ts';

/** A secret as it is stored. */
export interface StoredSecret extends SecretIdentity {
  readonly id: number;
  readonly sealed: Uint8Array;
}

/** Up to `limit` secrets after an id that are not encrypted with a key, in the order of their ids. */
export async function selectToRotate(
  sql: Sql,
  keyId: string,
  after: number,
  limit: number,
): Promise<StoredSecret[]> {
  const rows = await sql<StoredSecret[]>`
    select id::float8 as id, owner_kind as "ownerKind", owner_key as "ownerKey", name, sealed
      from secrets where id > ${after} and ${sealedKeyId(sql)} <> ${keyId} order by id limit ${limit}`;
  return [...rows];
}
