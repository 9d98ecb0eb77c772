import type { Sql } from '../db/database.ts';
import { deleteSecret } from './queries/deleteSecret.ts';
import { selectSealed } from './queries/selectSealed.ts';
import { upsertSecret } from './queries/upsertSecret.ts';
import { nameOf, seal, unseal, type SecretIdentity } from './sealed.ts';
import { SecretError } from './secretError.ts';
import type { SecretKeys } from './secretKeys.ts';
import type { SecretValue } from './secretValue.ts';

/** Bytes of a secret: more than any key or credential has. */
const mostSecretBytes = 64 * 1024;

/**
 * Keeps what is secret encrypted, and opens it for the service alone: nothing of the API reads it. Whoever deletes an
 * owner removes its secrets.
 */
export class SecretStore {
  readonly #sql: Sql;
  readonly #keys: SecretKeys;

  constructor(sql: Sql, keys: SecretKeys) {
    this.#sql = sql;
    this.#keys = keys;
  }

  /** Sets a secret, or replaces it. `by` is who does it, for the audit log. Throws a SecretError. */
  async set(by: string, identity: SecretIdentity, value: SecretValue): Promise<void> {
    if (Buffer.byteLength(value.reveal()) > mostSecretBytes)
      throw new SecretError(
        `The secret ${nameOf(identity)} is larger than ${mostSecretBytes / 1024} KiB: it cannot be kept.`,
      );
    const [key] = this.#keys;
    const sealed = seal(key, identity, value);
    if (await upsertSecret(this.#sql, by, identity, { keyId: key.id, sealed })) return;
    throw new SecretError(
      `The secret ${nameOf(identity)} was not kept: another replica has started with another key than ${key.id}. Give all replicas the same keys, in the same order.`,
    );
  }

  /** A secret; undefined when there is none. Throws a SecretError when it cannot be opened. */
  async open(identity: SecretIdentity): Promise<SecretValue | undefined> {
    const sealed = await selectSealed(this.#sql, identity);
    return sealed === undefined ? undefined : unseal(this.#keys, identity, sealed);
  }

  /** Removes a secret. False when there was none. */
  async remove(by: string, identity: SecretIdentity): Promise<boolean> {
    return deleteSecret(this.#sql, by, identity);
  }
}
