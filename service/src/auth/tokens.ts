import { createHash, randomBytes } from 'node:crypto';
import { FlotillaError } from '@flotilla/shared/errors';
import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { Database, Sql } from '../db/database.ts';
import { accessTokens, users } from '../db/schema/access.ts';
import { insertToken } from './queries/insertToken.ts';
import { insertUser } from './queries/insertUser.ts';
import { markRevoked } from './queries/markRevoked.ts';
import type { Account, RightsOf, Role, VisibleRepositories } from './rights.ts';

/** Somebody who calls, or in whose name something is done, with what they may read. */
export interface User extends Account {
  readonly sees: VisibleRepositories;
}

/** Who stands behind a token. */
export type Principal =
  | { readonly scope: 'user'; readonly tokenId: number; readonly user: User }
  | { readonly scope: 'runner'; readonly tokenId: number };

/** 256 random bits; the prefix tells people and secret scanners what it is. */
export function newToken(scope: 'user' | 'runner'): string {
  return `flotilla_${scope}_${randomBytes(32).toString('base64url')}`;
}

const tokenShape = /^flotilla_(user|runner)_[\w-]{43}$/;

/** SHA-256 in hexadecimal: tokens and pairing codes are stored only so. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A new token. */
export interface CreatedToken {
  /** Its number in lists. */
  readonly id: number;
  /** What opens the door; shown this once. */
  readonly secret: string;
}

/** Makes a token: the only time it is seen. `by` is the name of who makes it, for the audit log. */
export async function createToken(
  sql: Sql,
  by: string,
  token: { scope: 'user'; userId: number; label: string } | { scope: 'runner'; label: string },
): Promise<CreatedToken> {
  const secret = newToken(token.scope);
  const userId = token.scope === 'user' ? token.userId : null;
  const id = await insertToken(sql, by, {
    scope: token.scope,
    userId,
    label: token.label,
    hash: hashSecret(secret),
  });
  return { id, secret };
}

/** Who a token belongs to. Undefined when it is unknown or revoked. */
export async function authenticate(
  { database, rightsOf }: { readonly database: Database; readonly rightsOf: RightsOf },
  secret: string,
): Promise<Principal | undefined> {
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
  const account = { id: row.userId, name: row.name, role: row.role };
  return { scope: 'user', tokenId: row.id, user: { ...account, sees: await rightsOf(account) } };
}

/**
 * Revokes a token by its id. Open sockets that use it are closed at the next hint (see revocations.ts). `by` is the name of
 * who does it.
 */
export async function revokeToken(sql: Sql, by: string, tokenId: number): Promise<void> {
  if (!(await markRevoked(sql, by, tokenId))) {
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

/** The user of that name, made with that role by who is named when there is none. */
export async function ensureUser(sql: Sql, by: string, name: string, role: Role): Promise<Account> {
  await insertUser(sql, by, { name, role });
  const [user] = await sql<{ id: string; name: string; role: Role }[]>`
    select id, name, role from users where name = ${name}`;
  if (user === undefined) throw new Error(`the user ${name} vanished while it was made`);
  return { id: Number(user.id), name: user.name, role: user.role };
}
