import type { Sql } from '../db/database.ts';
import { replaceSealed } from './queries/replaceSealed.ts';
import { selectTakenKey } from './queries/selectTakenKey.ts';
import { selectToRotate } from './queries/selectToRotate.ts';
import { seal, unseal } from './sealed.ts';
import { SecretError } from './secretError.ts';
import type { SecretKeys } from './secretKeys.ts';

/** Secrets that are read at once. */
const atOnce = 100;

export interface Rotated {
  readonly rotated: number;
  /** Why the others were not, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Encrypts with the first key what is encrypted with others, row by row, each in a statement of its own: killed at any
 * point it has done a part, and run again it does the rest. What is set meanwhile is left as it is. Throws a SecretError
 * before anything is done when the service encrypts with another key: it could not open what this writes.
 */
export async function rotateSecrets(sql: Sql, keys: SecretKeys, by: string): Promise<Rotated> {
  const [key] = keys;
  const taken = await selectTakenKey(sql);
  if (taken !== key.id)
    throw new SecretError(
      `The service encrypts with ${taken === undefined ? 'no key yet' : `key ${taken}`}, and the first key here is ${key.id}: start it again with this key before its others, and then rotate.`,
    );
  let rotated = 0;
  const problems: string[] = [];
  for (let after = 0; ;) {
    const stored = await selectToRotate(sql, key.id, after, atOnce);
    for (const secret of stored) {
      after = secret.id;
      try {
        const sealed = seal(key, secret, unseal(keys, secret, secret.sealed));
        if (await replaceSealed(sql, by, secret, { keyId: key.id, sealed })) rotated += 1;
      } catch (error) {
        // One that is damaged keeps no other from its new key.
        if (!(error instanceof SecretError)) throw error;
        problems.push(error.message);
      }
    }
    if (stored.length < atOnce) return { rotated, problems };
  }
}
