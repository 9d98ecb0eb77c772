import type { User } from '../auth/tokens.ts';
import { canSee } from '../repositories/canSee.ts';
import type { Topic } from './topic.ts';

/**
 * Rows of a topic as one user sees them, without those of repositories that this user may not see. Every live row
 * passes here on its way to an editor, after the read that editors share.
 */
export function visibleViews<Row, View>(
  topic: Pick<Topic, 'repositoryOf'> & {
    repositoryOf(row: Row): number | null;
    view(row: Row, user: User): View;
  },
  rows: readonly Row[],
  user: User,
): View[] {
  const visible: View[] = [];
  for (const row of rows) {
    const id = topic.repositoryOf(row);
    if (id === null || canSee(user, { id })) visible.push(topic.view(row, user));
  }
  return visible;
}
