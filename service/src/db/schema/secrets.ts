import { pgTable, text, unique } from 'drizzle-orm/pg-core';
import { at, bytea, createdAt, id } from './columns.ts';

/** What a secret belongs to. Secrets by name will have a kind of their own. */
export type SecretOwnerKind = 'codeHost';

/** Values that nobody reads back: credentials, and later what Steps are given. */
export const secrets = pgTable(
  'secrets',
  {
    id: id(),
    ownerKind: text('owner_kind').$type<SecretOwnerKind>().notNull(),
    /** Which one of that kind: an id, as a text. */
    ownerKey: text('owner_key').notNull(),
    /** Which of its secrets, such as `token`. */
    name: text().notNull(),
    /** The encrypted value, which opens for this owner and name alone; its form is in service/src/secrets/sealed.ts. */
    sealed: bytea().notNull(),
    createdAt: createdAt(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [unique('secrets_owner').on(t.ownerKind, t.ownerKey, t.name)],
);
