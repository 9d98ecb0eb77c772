/** More than any path that the kernel takes, with what git writes before it. */
const maxItemBytes = 8192;

/**
 * What git wrote with `-z`, as it comes, those items together that came together: paths are any bytes. Throws a RangeError
 * for an item of more than 8 KiB, so that a path without an end fills no memory.
 */
export async function* zeroTerminated(output: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of output) {
    const items: Buffer[] = [];
    let at = 0;
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, at)) {
      const item = chunk.subarray(at, end);
      items.push(limited(rest.length === 0 ? item : Buffer.concat([rest, item])));
      rest = Buffer.alloc(0);
      at = end + 1;
    }
    if (at < chunk.length) rest = limited(Buffer.concat([rest, chunk.subarray(at)]));
    yield items;
  }
  if (rest.length > 0) yield [rest];
}

function limited(item: Buffer): Buffer {
  if (item.length > maxItemBytes) throw new RangeError(`a path of more than ${maxItemBytes} bytes`);
  return item;
}
