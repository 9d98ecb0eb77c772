import type { RepositoryView } from '@flotilla/shared/views';
import { asc, eq } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { repositories } from '../db/schema/repositories.ts';

/** The repositories that the code host has now, by name. */
export async function listRepositories(database: Database): Promise<RepositoryView[]> {
  return database
    .select({
      id: repositories.id,
      name: repositories.name,
      defaultBranch: repositories.defaultBranch,
      headCommit: repositories.headCommit,
      reason: repositories.reason,
    })
    .from(repositories)
    .where(eq(repositories.present, true))
    .orderBy(asc(repositories.name));
}
