import type { Sql } from '../db/database.ts';
import { announceEnds, type EndsContext } from './announceEnds.ts';
import { loseAttempts } from './queries/loseAttempts.ts';

/**
 * The process of a Runner is another one than before: the Attempts that the old one took with it are lost now, not when
 * their leases end, but for those that the new one still has.
 */
export async function loseWithProcess(
  context: EndsContext & { readonly sql: Sql },
  runnerId: string,
  except: readonly number[],
): Promise<void> {
  announceEnds(context, await loseAttempts(context.sql, { cause: 'runnerRestarted', runnerId, except }));
}
