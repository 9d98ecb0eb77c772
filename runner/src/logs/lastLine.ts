/** Bytes of a line that are kept; far more than is ever shown. */
const keptBytes = 2048;
const newline = 0x0a;

/** The last line with anything on it, after more was written. `current` is what was the last line before. */
export function lastLineOf(current: Buffer, written: Buffer): Buffer {
  const recent = written.subarray(Math.max(0, written.length - 4 * keptBytes));
  const all = Buffer.concat([current, recent]);
  let end = all.length;
  while (end > 0 && (all[end - 1] === newline || all[end - 1] === 0x0d)) end -= 1;
  const start = end === 0 ? 0 : all.lastIndexOf(newline, end - 1) + 1;
  // The newline stays, so that what is written next begins a line of its own.
  return Buffer.from(all.subarray(Math.max(start, all.length - keptBytes)));
}
