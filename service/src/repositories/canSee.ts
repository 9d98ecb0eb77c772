import type { VisibleRepositories } from '../auth/rights.ts';

/**
 * Whether a user may read what came out of a repository: its name and commits, and what Jobs made of it, logs and the
 * last line of a Step among it. Every such read passes here, and one that is hidden is answered like one that is not
 * there. It costs no query, so that it may be asked of each of many rows.
 */
export function canSee(
  { sees }: { readonly sees: VisibleRepositories },
  repository: { readonly id: number },
): boolean {
  return sees === 'all' || sees.has(repository.id);
}
