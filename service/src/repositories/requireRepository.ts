import { FlotillaError } from '@flotilla/shared/errors';
import { eq } from 'drizzle-orm';
import type { User } from '../auth/tokens.ts';
import type { Database } from '../db/database.ts';
import { repositories } from '../db/schema/repositories.ts';
import { canSee } from './canSee.ts';

/** A repository that the user may read. One that is hidden is answered like one that is not there. */
export async function requireRepository(
  { database }: { readonly database: Database },
  user: User,
  repositoryId: number,
): Promise<typeof repositories.$inferSelect> {
  const [repository] = await database.select().from(repositories).where(eq(repositories.id, repositoryId));
  if (repository === undefined || !canSee(user, repository)) {
    throw new FlotillaError('notFound', `There is no repository ${repositoryId}.`);
  }
  return repository;
}
