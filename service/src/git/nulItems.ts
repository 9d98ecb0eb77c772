/**
 * The items of an output that ends each with NUL (`-z`), as they come, read as UTF-8. One that is longer than `maxBytes` is
 * null, and is not kept in memory; so is whatever follows the last NUL, unless nothing does.
 */
export async function* nulItems(
  output: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<readonly (string | null)[]> {
  let begun = Buffer.alloc(0);
  let isTooLong = false;
  for await (const chunk of output) {
    const items: (string | null)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
      const isCutOff = isTooLong || begun.length + end - start > maxBytes;
      if (isCutOff) items.push(null);
      else if (begun.length === 0) items.push(chunk.toString('utf8', start, end));
      else items.push(Buffer.concat([begun, chunk.subarray(start, end)]).toString());
      begun = Buffer.alloc(0);
      isTooLong = false;
      start = end + 1;
    }
    isTooLong ||= begun.length + chunk.length - start > maxBytes;
    begun = isTooLong ? Buffer.alloc(0) : Buffer.concat([begun, chunk.subarray(start)]);
    if (items.length > 0) yield items;
  }
  if (isTooLong || begun.length > 0) yield [null];
}
