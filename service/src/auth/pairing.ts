import { randomInt } from 'node:crypto';
import { FlotillaError } from '@flotilla/shared/errors';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { accessTokens, pairingCodes, users } from '../db/schema.ts';
import { createToken, hashSecret, type User } from './tokens.ts';

/** How long a code can be exchanged, in minutes (design §13). */
export const pairingMinutes = 10;
/** Crockford's base 32: no letter that is read as a digit. Eight of them are 40 bits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Makes a single-use code for a user, written `XXXX-XXXX`. */
export async function createPairingCode(database: Database, userId: number): Promise<string> {
  const letters = Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('');
  await database.insert(pairingCodes).values({
    hash: hashSecret(letters),
    userId,
    expiresAt: sql`now() + make_interval(mins => ${pairingMinutes})`,
  });
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** Exchanges a code for a user token. A code works once and for ten minutes. */
export async function exchangePairingCode(
  database: Database,
  code: string,
  client: string,
): Promise<{ token: string; user: User }> {
  const [spent] = await database
    .update(pairingCodes)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(pairingCodes.hash, hashSecret(normalised(code))),
        isNull(pairingCodes.usedAt),
        gt(pairingCodes.expiresAt, sql`now()`),
      ),
    )
    .returning({ userId: pairingCodes.userId });
  if (spent === undefined) {
    throw new FlotillaError(
      'pairing.refused',
      'This pairing code is wrong, was used before or is older than ten minutes. `npm run token -- pair` on the server prints a new connect URL.',
    );
  }
  const [user] = await database.select().from(users).where(eq(users.id, spent.userId));
  if (user === undefined) throw new Error('the user of a pairing code is gone');
  const token = await createToken(database, { scope: 'user', userId: user.id, label: `paired: ${client}` });
  return { token, user: { id: user.id, name: user.name, role: user.role } };
}

/** Whether no editor has ever been connected, so that a first start has to print a connect URL. */
export async function isUnpaired(database: Database): Promise<boolean> {
  const tokens = await database.select().from(accessTokens).where(eq(accessTokens.scope, 'user')).limit(1);
  return tokens.length === 0;
}

function normalised(code: string): string {
  return code.replace(/[\s-]/g, '').toUpperCase();
}
