import { pgTable, text } from 'drizzle-orm/pg-core';
import { at, createdAt, id, ref } from './columns.ts';

export const users = pgTable('users', {
  id: id(),
  name: text().notNull().unique(),
  role: text().$type<'reader' | 'member' | 'admin'>().notNull(),
  createdAt: createdAt(),
});

export const accessTokens = pgTable('access_tokens', {
  id: id(),
  scope: text().$type<'user' | 'runner'>().notNull(),
  /** SHA-256 of the token, in hexadecimal; the token itself is shown once and never stored. */
  hash: text().notNull().unique(),
  label: text().notNull(),
  userId: ref('user_id').references(() => users.id),
  createdAt: createdAt(),
  revokedAt: at('revoked_at'),
});

export const pairingCodes = pgTable('pairing_codes', {
  /** SHA-256 of the code, in hexadecimal. */
  hash: text().primaryKey(),
  userId: ref('user_id')
    .notNull()
    .references(() => users.id),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
});
