import { createHash, randomBytes } from 'node:crypto';
import { FlotillaError } from '@flotilla/shared/errors';
import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { accessTokens, users } from '../db/schema/access.ts';

export type Role = 'reader' | 'member' | 'admin';

export interface User {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
}

/** Who stands behind a token. */
export type Principal =
  | { readonly scope: 'user'; readonly tokenId: number; readonly user: User }
  | { readonly scope: 'runner'; readonly tokenId: number };

/** 256 random bits; the prefix tells people and secret scanners what it is. */
function newToken(scope: 'user' | 'runner'): string {
  return `flotilla_${scope}_${randomBytes(32).toString('base64url')}`;
}

const tokenShape = /^flotilla_(user|runner)_[\w-]{43}$/;

/** SHA-256 in hexadecimal: tokens and pairing codes are stored only so. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Makes a token and returns it: the only time it is seen. */
export async function createToken(
  database: Database,
  token: { scope: 'user'; userId: number; label: string } | { scope: 'runner'; label: string },
): Promise<string> {
  const secret = newToken(token.scope);
  await database.insert(accessTokens).values({ ...token, hash: hashSecret(secret) });
  return secret;
}

/** Who a token belongs to. Undefined when it is unknown or revoked. */
export async function authenticate(database: Database, secret: string): Promise<Principal | undefined> {
  // What is no token costs no query.
  if (!tokenShape.test(secret)) return undefined;
  const [row] = await database
    .select({
      id: accessTokens.id,
      scope: accessTokens.scope,
      userId: users.id,
      name: users.name,
      role: users.role,
    })
    .from(accessTokens)
    .leftJoin(users, eq(users.id, accessTokens.userId))
    .where(and(eq(accessTokens.hash, hashSecret(secret)), isNull(accessTokens.revokedAt)));
  if (row === undefined) return undefined;
  if (row.scope === 'runner') return { scope: 'runner', tokenId: row.id };
  if (row.userId === null || row.name === null || row.role === null) return undefined;
  return { scope: 'user', tokenId: row.id, user: { id: row.userId, name: row.name, role: row.role } };
}

/** Revokes a token by its id. Open sockets that use it are closed at the next hint (see revocations.ts). */
export async function revokeToken(database: Database, tokenId: number): Promise<void> {
  const revoked = await database
    .update(accessTokens)
    .set({ revokedAt: new Date() })
    .where(and(eq(accessTokens.id, tokenId), isNull(accessTokens.revokedAt)))
    .returning({ id: accessTokens.id });
  if (revoked.length === 0) {
    throw new FlotillaError(
      'notFound',
      `There is no live token ${tokenId}; \`npm run token -- list\` shows them.`,
    );
  }
}

/** Which of these tokens have been revoked. */
export async function revokedAmong(database: Database, tokenIds: readonly number[]): Promise<Set<number>> {
  if (tokenIds.length === 0) return new Set();
  const rows = await database
    .select({ id: accessTokens.id })
    .from(accessTokens)
    .where(and(inArray(accessTokens.id, [...tokenIds]), isNotNull(accessTokens.revokedAt)));
  return new Set(rows.map((row) => row.id));
}

/** The user of that name, made with that role when there is none. */
export async function ensureUser(database: Database, name: string, role: Role): Promise<User> {
  await database.insert(users).values({ name, role }).onConflictDoNothing();
  const [user] = await database.select().from(users).where(eq(users.name, name));
  if (user === undefined) throw new Error(`the user ${name} vanished while it was made`);
  return { id: user.id, name: user.name, role: user.role };
}
