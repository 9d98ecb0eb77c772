/**
 * The form in which secrets are stored:
 *
 *     version (1 byte, 1) | key id (8) | nonce (12) | tag (16) | ciphertext
 *
 * AES-256-GCM with a random nonce. Version, key id and the secret's identity are authenticated with it, so that no part can
 * be changed, and no row's bytes open in another row. GCM's bound for random nonces is 2^32 secrets for each key.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SecretError } from './secretError.ts';
import type { SecretKey, SecretKeys } from './secretKeys.ts';
import { SecretValue } from './secretValue.ts';

/** Which secret it is: no two have the same. */
export interface SecretIdentity {
  readonly ownerKind: string;
  readonly ownerKey: string;
  readonly name: string;
}

const version = 1;
const at = { keyId: 1, nonce: 9, tag: 21, ciphertext: 37 } as const;
const algorithm = 'aes-256-gcm';
const options = { authTagLength: at.ciphertext - at.tag } as const;

/** Encrypts a value for one row. */
export function seal(key: SecretKey, identity: SecretIdentity, value: SecretValue): Buffer {
  const nonce = randomBytes(at.tag - at.nonce);
  const cipher = createCipheriv(algorithm, key.key, nonce, options);
  const head = Buffer.concat([Buffer.of(version), Buffer.from(key.id, 'hex')]);
  cipher.setAAD(authenticated(head, identity));
  const ciphertext = Buffer.concat([cipher.update(value.reveal(), 'utf8'), cipher.final()]);
  return Buffer.concat([head, nonce, cipher.getAuthTag(), ciphertext]);
}

/** Decrypts what is stored in a row. Throws a SecretError: its key is missing, or it is not what was stored there. */
export function unseal(keys: SecretKeys, identity: SecretIdentity, sealed: Uint8Array): SecretValue {
  const stored = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const key = keyOf(keys, identity, stored);
  const decipher = createDecipheriv(algorithm, key.key, stored.subarray(at.nonce, at.tag), options);
  decipher.setAAD(authenticated(stored.subarray(0, at.nonce), identity));
  decipher.setAuthTag(stored.subarray(at.tag, at.ciphertext));
  try {
    const text = Buffer.concat([decipher.update(stored.subarray(at.ciphertext)), decipher.final()]);
    return new SecretValue(text.toString('utf8'));
  } catch (error) {
    throw new SecretError(
      `The secret ${nameOf(identity)} is damaged, or was stored for something else: set it anew.`,
      { cause: error },
    );
  }
}

/** How people call a secret. */
export function nameOf({ ownerKind, ownerKey, name }: SecretIdentity): string {
  return `"${name}" of ${ownerKind} ${ownerKey}`;
}

function keyOf(keys: SecretKeys, identity: SecretIdentity, stored: Buffer): SecretKey {
  if (stored.length < at.ciphertext)
    throw new SecretError(`The secret ${nameOf(identity)} is damaged: set it anew.`);
  if (stored[0] !== version)
    throw new SecretError(
      `The secret ${nameOf(identity)} has form ${stored[0] ?? 0}, which this program does not know: update Flotilla.`,
    );
  const id = stored.toString('hex', at.keyId, at.nonce);
  const key = keys.find((one) => one.id === id);
  if (key !== undefined) return key;
  throw new SecretError(
    `The secret ${nameOf(identity)} is encrypted with key ${id}, which this replica does not have: give all replicas the same keys.`,
  );
}

/** One text for each version, key and identity: a JSON list cannot be read in two ways. */
function authenticated(head: Buffer, { ownerKind, ownerKey, name }: SecretIdentity): Buffer {
  return Buffer.from(JSON.stringify(['flotilla secret', head.toString('hex'), ownerKind, ownerKey, name]));
}
