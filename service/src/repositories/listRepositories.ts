import type { RepositoryView } from '@flotilla/shared/views';
import { and, asc, eq } from 'drizzle-orm';
import type { User } from '../auth/tokens.ts';
import type { Database } from '../db/database.ts';
import { codeHosts } from '../db/schema/codeHosts.ts';
import { repositories } from '../db/schema/repositories.ts';
import { canSee } from './canSee.ts';

/** The repositories that code hosts have now and the user may see, by name; only one of them where its id is given. */
export async function listRepositories(
  database: Database,
  user: Pick<User, 'sees'>,
  onlyId?: number,
): Promise<RepositoryView[]> {
  const rows = await database
    .select({
      id: repositories.id,
      name: repositories.name,
      codeHostId: codeHosts.id,
      codeHost: codeHosts.name,
      url: repositories.url,
      defaultBranch: repositories.defaultBranch,
      headCommit: repositories.headCommit,
      reason: repositories.reason,
    })
    .from(repositories)
    .innerJoin(codeHosts, eq(codeHosts.id, repositories.codeHostId))
    .where(
      and(
        eq(repositories.present, true),
        eq(codeHosts.present, true),
        onlyId === undefined ? undefined : eq(repositories.id, onlyId),
      ),
    )
    .orderBy(asc(repositories.name), asc(codeHosts.name));
  return rows.filter((row) => canSee(user, row));
}
