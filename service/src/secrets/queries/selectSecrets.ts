import type { Sql } from '../../db/database.ts';
import type { SecretIdentity } from '../sealed.ts';
import { sealedKeyId } from './sealedKeyId.ts';

/** What may be known of a secret. */
export interface ListedSecret extends SecretIdentity {
  readonly id: number;
  readonly keyId: string;
  readonly updatedAt: Date;
}

/** All secrets, without their values, by whose they are. */
export async function selectSecrets(sql: Sql): Promise<ListedSecret[]> {
  const rows = await sql<ListedSecret[]>`
    select id::float8 as id, owner_kind as "ownerKind", owner_key as "ownerKey", name,
           ${sealedKeyId(sql)} as "keyId", updated_at as "updatedAt"
      from secrets order by owner_kind, owner_key, name`;
  return [...rows];
}
