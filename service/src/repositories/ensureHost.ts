import { basename } from 'node:path';
import { eq } from 'drizzle-orm';
import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { Database } from '../db/database.ts';
import { codeHosts } from '../db/schema/codeHosts.ts';

/** The row of a code host. */
export async function ensureHost(database: Database, host: CodeHost): Promise<number> {
  const idOf = async () => {
    const rows = await database.select().from(codeHosts).where(eq(codeHosts.location, host.location));
    return rows[0]?.id;
  };
  const known = await idOf();
  if (known !== undefined) return known;
  const [same] = await database
    .select()
    .from(codeHosts)
    .where(eq(codeHosts.name, basename(host.location)));
  // By the name of its folder; where another host has that, by the whole path, which is one host's alone.
  const name = same === undefined ? basename(host.location) : host.location;
  const { kind, location } = host;
  await database
    .insert(codeHosts)
    .values({ kind, name, location })
    .onConflictDoNothing({ target: codeHosts.location });
  const made = await idOf();
  if (made === undefined) throw new Error('the code host vanished while it was made');
  return made;
}
