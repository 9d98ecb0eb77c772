/** Byte of a NotificationResponse in the protocol of Postgres (chapter "Message Formats"). */
const notification = 'A'.charCodeAt(0);
/** Each message: one byte of type, then its length with these four bytes included. */
const lengthBytes = 4;

/** Leaves out of what a Postgres server says every notification, so that NOTIFY reaches nobody. */
export async function* withoutNotifications(data: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of data) {
    rest = Buffer.concat([rest, piece]);
    const kept: Buffer[] = [];
    while (rest.length > lengthBytes) {
      const end = 1 + rest.readUInt32BE(1);
      if (end > rest.length) break;
      if (rest[0] !== notification) kept.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    if (kept.length > 0) yield Buffer.concat(kept);
  }
}
