import { asc, eq, isNull } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { accessTokens, users } from '../db/schema/access.ts';

export interface ListedToken {
  readonly id: number;
  readonly scope: 'user' | 'runner';
  /** Null for runners. */
  readonly user: string | null;
  readonly role: string | null;
  readonly label: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

/** The tokens, oldest first; those that were revoked only when asked for. */
export function listTokens(database: Database, options: { revokedToo: boolean }): Promise<ListedToken[]> {
  return database
    .select({
      id: accessTokens.id,
      scope: accessTokens.scope,
      user: users.name,
      role: users.role,
      label: accessTokens.label,
      createdAt: accessTokens.createdAt,
      revokedAt: accessTokens.revokedAt,
    })
    .from(accessTokens)
    .leftJoin(users, eq(users.id, accessTokens.userId))
    .where(options.revokedToo ? undefined : isNull(accessTokens.revokedAt))
    .orderBy(asc(accessTokens.id));
}
