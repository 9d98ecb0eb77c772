import { minuteOf, tableLines } from '../commands/tableLines.ts';
import type { ListedToken } from './listTokens.ts';

const headings = ['ID', 'SCOPE', 'USER', 'ROLE', 'CREATED', 'REVOKED', 'LABEL'];

/** The tokens as lines of a table, headings first. */
export function tokenTable(tokens: readonly ListedToken[]): string[] {
  return tableLines(
    headings,
    tokens.map(({ id, scope, user, role, createdAt, revokedAt, label }) => [
      String(id),
      scope,
      user,
      role,
      minuteOf(createdAt),
      minuteOf(revokedAt),
      label,
    ]),
  );
}
