import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { SecretError } from './secretError.ts';

/** Bytes of a key of AES-256. */
export const keyBytes = 32;

/** A key, and what it is called. */
export interface SecretKey {
  /** 16 hexadecimal digits that are the key's own, and tell nothing of it. */
  readonly id: string;
  readonly key: KeyObject;
}

/** The first encrypts; all of them decrypt, for as long as a rotation takes. */
export type SecretKeys = readonly [SecretKey, ...SecretKey[]];

/** So many keys are more than any rotation needs. */
const mostKeys = 16;
const written = /^[A-Za-z0-9+/]{43}=?$/;
const howToMake = '`openssl rand -base64 32` makes one';

/** Reads keys: each 32 bytes in base64, with white space or commas between them. `source` names where they are from. */
export function parseSecretKeys(text: string, source: string): SecretKeys {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const [first, ...others] = words.map((word, index) => {
    if (written.test(word)) return secretKey(Buffer.from(word, 'base64'));
    throw new SecretError(
      `Key ${index + 1} in ${source} is not ${keyBytes} bytes in base64 (it has ${word.length} letters, and 44 would be right); ${howToMake}.`,
    );
  });
  if (first === undefined) throw new SecretError(`There is no key in ${source}; ${howToMake}.`);
  const keys: SecretKeys = [first, ...others];
  if (keys.length > mostKeys)
    throw new SecretError(`There are ${keys.length} keys in ${source}; ${mostKeys} are allowed.`);
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    throw new SecretError(`One key is in ${source} twice; leave one of the two out.`);
  return keys;
}

/** A key of bytes, which are cleared. */
function secretKey(bytes: Buffer): SecretKey {
  const id = createHmac('sha256', bytes).update('flotilla secret key id').digest('hex').slice(0, 16);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return { id, key };
}

/** The ids of keys, in their order. */
export function idsOf([first, ...others]: SecretKeys): [string, ...string[]] {
  return [first.id, ...others.map(({ id }) => id)];
}
