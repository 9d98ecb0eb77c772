/** Characters of a first column at most: what is longer moves its own line alone. */
const widest = 60;

/** Rows of two columns, each in a line with two blanks before it. */
export function textTable(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(widest, Math.max(0, ...rows.map(([name]) => name.length)));
  return rows.map(([name, rest]) => `  ${name.padEnd(width)}  ${rest}`.trimEnd());
}

/** A text of several lines, each with four blanks before it. */
export function indented(text: string): string[] {
  return text.split('\n').map((line) => `    ${line}`.trimEnd());
}
