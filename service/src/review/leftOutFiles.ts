import { and, eq, ne } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { reviewSelections } from '../db/schema/review.ts';

/** The paths of files that a reviewer left out of a Job's Patch, as they are shown. */
export async function leftOutFiles(database: Database, jobId: number): Promise<ReadonlySet<string>> {
  const rows = await database
    .select({ path: reviewSelections.path })
    .from(reviewSelections)
    .where(
      and(
        eq(reviewSelections.jobId, jobId),
        ne(reviewSelections.path, ''),
        eq(reviewSelections.included, false),
      ),
    );
  return new Set(rows.map(({ path }) => path));
}
