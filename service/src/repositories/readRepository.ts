import { eq } from 'drizzle-orm';
import type { RepositoryRef } from '../codeHosts/repositoryRef.ts';
import type { Database } from '../db/database.ts';
import { repositories } from '../db/schema/repositories.ts';

/** A repository as its host knows it, also one that is there no more. */
export interface RepositoryOfHost extends RepositoryRef {
  readonly id: number;
  readonly codeHostId: number;
}

/** The repository with this id; undefined when there never was one. */
export async function readRepository(database: Database, id: number): Promise<RepositoryOfHost | undefined> {
  const { codeHostId, externalId, name } = repositories;
  const [row] = await database
    .select({ id: repositories.id, codeHostId, externalId, name })
    .from(repositories)
    .where(eq(repositories.id, id));
  return row;
}
