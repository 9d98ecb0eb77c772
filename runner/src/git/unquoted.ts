/** What git writes for bytes that it does not show in a quoted name, but for octal numbers (quote.c). */
const letters: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

const backslash = '\\'.charCodeAt(0);
const quote = '"'.charCodeAt(0);

/**
 * The bytes of names in a line of git's, where a name with unusual bytes stands in quotes. The quotes are taken away, and
 * whatever is not what git writes stays as it is.
 */
export function unquoted(line: Uint8Array): Buffer {
  const bytes = Buffer.alloc(line.length);
  let length = 0;
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const byte = line[at] ?? 0;
    const next = String.fromCharCode(line[at + 1] ?? 0);
    if (byte === quote) isQuoted = !isQuoted;
    else if (byte !== backslash || !isQuoted) bytes[length++] = byte;
    else if (/[0-3]/.test(next)) {
      const octal = Buffer.from(line.subarray(at + 1, at + 4)).toString('latin1');
      if (/^[0-3][0-7]{2}$/.test(octal)) {
        bytes[length++] = Number.parseInt(octal, 8);
        at += 3;
      } else bytes[length++] = byte;
    } else {
      bytes[length++] = letters[next] ?? line[at + 1] ?? backslash;
      at += 1;
    }
  }
  return bytes.subarray(0, length);
}
