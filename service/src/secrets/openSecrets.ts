import type { Sql } from '../db/database.ts';
import { makeSecretKeys, placeOf, readSecretKeys, type KeySource } from './keySource.ts';
import { selectKeyUse, type KeyUse } from './queries/selectKeyUse.ts';
import { takeUpKey } from './queries/takeUpKey.ts';
import { SecretError } from './secretError.ts';
import { idsOf, type SecretKeys } from './secretKeys.ts';
import { SecretStore } from './secretStore.ts';

/**
 * Opens the secrets of a database with the keys of this replica. Throws a SecretError when there are any that none of its
 * keys opens: then it has another key than the one that wrote them, which is better said at its start than at its first use.
 */
export async function openSecrets(sql: Sql, source: KeySource): Promise<SecretStore> {
  const keys = (await readSecretKeys(source)) ?? (await makeFirstKey(sql, source));
  const missing = await takeUpKey(sql, idsOf(keys));
  if (missing.length === 0) return new SecretStore(sql, keys);
  throw new SecretError(
    `${lockedBy(missing)}, and this replica has ${idsOf(keys).join(', ')} (in ${placeOf(source)}): give all replicas the same keys. ${ifLost}`,
  );
}

/** A key of our own, where nothing needs one that is gone. */
async function makeFirstKey(sql: Sql, source: KeySource): Promise<SecretKeys> {
  const used = await selectKeyUse(sql);
  if (used.length > 0)
    throw new SecretError(`${lockedBy(used)}, and ${placeOf(source)} is not there: bring it back. ${ifLost}`);
  if (source.kind === 'made') return makeSecretKeys(source);
  throw new SecretError(`FLOTILLA_SECRET_KEY_FILE names ${placeOf(source)}, which is not there.`);
}

const ifLost =
  'If a key is lost for ever, `npm run secret -- discard` says how to remove what nobody can open any more.';

function lockedBy(uses: readonly KeyUse[]): string {
  const secrets = uses.reduce((sum, use) => sum + use.secrets, 0);
  const keys = uses.map(({ keyId }) => keyId).join(', ');
  return `${secrets} ${secrets === 1 ? 'secret is' : 'secrets are'} encrypted with key ${keys}`;
}
