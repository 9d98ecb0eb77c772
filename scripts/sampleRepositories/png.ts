import { crc32, deflateSync } from 'node:zlib';

/** A PNG picture (RFC 2083) of one byte of grey per pixel, so that the samples hold a real binary file. */
export function png(width: number, height: number, grey: (x: number, y: number) => number): Buffer {
  const rows = Array.from({ length: height }, (_, y) =>
    // Each row begins with its filter: 0, none.
    Buffer.from([0, ...Array.from({ length: width }, (_, x) => grey(x, y) & 0xff)]),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a sample; colour type 0, compression 0, filter 0 and interlace 0 are the zeroes that follow.
  header.writeUInt8(8, 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
