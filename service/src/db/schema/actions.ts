import type { Definition } from '@flotilla/shared/definition/definition';
import type { Origin } from '@flotilla/shared/views';
import { integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { users } from './access.ts';
import { createdAt, id, ref } from './columns.ts';

export const actions = pgTable('actions', {
  id: id(),
  name: text().notNull().unique(),
  latestVersion: integer('latest_version').notNull(),
  /** Who answers for it: with whose rights it is started when nobody is there. */
  ownerId: ref('owner_id')
    .notNull()
    .references(() => users.id),
  createdAt: createdAt(),
});

export const actionVersions = pgTable(
  'action_versions',
  {
    actionId: ref('action_id')
      .notNull()
      .references(() => actions.id),
    version: integer().notNull(),
    /** What the user wrote, to the letter. */
    text: text().notNull(),
    /** Which form of {@link Definition} it is; see shared/definition. */
    formatVersion: integer('format_version').notNull().default(1),
    definition: jsonb().$type<Definition>().notNull(),
    origin: jsonb().$type<Origin>(),
    createdBy: ref('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.actionId, t.version] })],
);
