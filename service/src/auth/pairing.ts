import { randomInt } from 'node:crypto';
import { FlotillaError } from '@flotilla/shared/errors';
import { eq } from 'drizzle-orm';
import type { Database, Sql } from '../db/database.ts';
import { accessTokens } from '../db/schema/access.ts';
import { insertPairingCode } from './queries/insertPairingCode.ts';
import { spendPairingCode } from './queries/spendPairingCode.ts';
import type { Account } from './rights.ts';
import { hashSecret, newToken } from './tokens.ts';

/** How long a code can be exchanged, in minutes (docs/security.md). */
export const pairingMinutes = 10;
/** Crockford's base 32: no letter that is read as a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/**
 * 80 bits: who tries 10,000 codes a second for the ten minutes in which 100 codes live, finds one with a chance of
 * 1 in 2 × 10^15. So tries need no limit, with which a stranger could lock out the owner (docs/decisions/0146).
 */
const letterCount = 16;
const written = new RegExp(`^[${alphabet}]{${letterCount}}$`);

/** Makes a single-use code for a user, written `XXXX-XXXX-XXXX-XXXX`. `by` is the name of who makes it. */
export async function createPairingCode(sql: Sql, by: string, userId: number): Promise<string> {
  const letters = Array.from({ length: letterCount }, () => alphabet[randomInt(alphabet.length)]).join('');
  await insertPairingCode(sql, by, { hash: hashSecret(letters), userId, minutes: pairingMinutes });
  return letters.match(/.{4}/g)?.join('-') ?? letters;
}

/** Exchanges a code for a user token. A code works once and for ten minutes. */
export async function exchangePairingCode(
  sql: Sql,
  code: string,
  client: string,
): Promise<{ token: string; user: Account }> {
  const letters = normalised(code);
  if (!written.test(letters)) throw refused();
  const token = newToken('user');
  const user = await spendPairingCode(sql, {
    codeHash: hashSecret(letters),
    tokenHash: hashSecret(token),
    label: `paired: ${client}`,
  });
  if (user === undefined) throw refused();
  return { token, user };
}

function refused(): FlotillaError {
  return new FlotillaError(
    'pairing.refused',
    'This pairing code is wrong, was used before or is older than ten minutes. `npm run token -- pair` on the server prints a new connect URL.',
  );
}

/** Whether no editor has ever been connected, so that a first start has to print a connect URL. */
export async function isUnpaired(database: Database): Promise<boolean> {
  const tokens = await database.select().from(accessTokens).where(eq(accessTokens.scope, 'user')).limit(1);
  return tokens.length === 0;
}

function normalised(code: string): string {
  return code.replace(/[\s-]/g, '').toUpperCase();
}
