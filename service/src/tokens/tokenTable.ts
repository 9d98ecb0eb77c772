import type { ListedToken } from './listTokens.ts';

const headings = ['ID', 'SCOPE', 'USER', 'ROLE', 'CREATED', 'REVOKED', 'LABEL'] as const;
const blankForNothing = '-';
// A label can be what a client called itself: it must not move the terminal's cursor.
const control = /[\p{Cc}\p{Cf}]/gu;

/** The tokens as lines of a table, headings first. Times are UTC. */
export function tokenTable(tokens: readonly ListedToken[]): string[] {
  const rows = [
    headings,
    ...tokens.map((token) =>
      [
        String(token.id),
        token.scope,
        token.user ?? blankForNothing,
        token.role ?? blankForNothing,
        minute(token.createdAt),
        token.revokedAt === null ? blankForNothing : minute(token.revokedAt),
        token.label,
      ].map((cell) => cell.replace(control, '\ufffd')),
    ),
  ];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function minute(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ');
}
