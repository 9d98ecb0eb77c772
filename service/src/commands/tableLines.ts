const blankForNothing = '-';
// A cell can be what a client called itself: it must not move the terminal's cursor.
const control = /[\p{Cc}\p{Cf}]/gu;

/** Rows as lines in columns, headings first; null is a dash. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): string[] {
  const cells = [
    headings,
    ...rows.map((row) => row.map((cell) => (cell ?? blankForNothing).replace(control, '\ufffd'))),
  ];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A time in such a table, in UTC; null for none. */
export function minuteOf(time: Date | null): string | null {
  return time === null ? null : time.toISOString().slice(0, 16).replace('T', ' ');
}
