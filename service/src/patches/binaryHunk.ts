import { inflateSync, constants } from 'node:zlib';
import { PatchRefusal } from './patchRefusal.ts';

/** A delta that git packed says its sizes within so many bytes; they unpack to no more than 1 MiB. */
const prefixBytes = 1024;

/** The digits of git's base 85, in their order. */
const digits = Buffer.from(
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~',
);

/** The data of a delta in a Patch, as far as it has to be read to know how large its result is. */
export class BinaryHunk {
  #prefix = Buffer.alloc(0);

  /** Takes a line of data, without its end. */
  push(line: Buffer): void {
    if (this.#prefix.length < prefixBytes) this.#prefix = Buffer.concat([this.#prefix, decodeLine(line)]);
  }

  /** The size of the file that the delta makes. Throws a {@link PatchRefusal} when it does not say it as git does. */
  resultBytes(): number {
    const delta = unpack(this.#prefix.subarray(0, prefixBytes));
    const base = readSize(delta, 0);
    return readSize(delta, base.end).value;
  }
}

/** A line is its length as a letter, then groups of five digits for four bytes each. */
function decodeLine(line: Buffer): Buffer {
  const bytes = Buffer.alloc(Math.floor(line.length / 5) * 4);
  for (let group = 0; group < bytes.length / 4; group += 1) {
    let value = 0;
    for (let digit = 0; digit < 5; digit += 1)
      value = value * 85 + Math.max(0, digits.indexOf(line[1 + group * 5 + digit] ?? 0));
    // More than four bytes hold is no number of git's; what it makes of it is refused there.
    bytes.writeUInt32BE(value % 2 ** 32, group * 4);
  }
  const length = lengthOf(line[0] ?? 0);
  return bytes.subarray(0, length);
}

function lengthOf(letter: number): number {
  if (letter >= 0x41 && letter <= 0x5a) return letter - 0x40;
  return letter >= 0x61 && letter <= 0x7a ? letter - 0x60 + 26 : 0;
}

function unpack(packed: Buffer): Buffer {
  try {
    return inflateSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw Object.assign(refusal(), { cause: error });
  }
}

/** A size is written seven bits a byte, the lowest first. */
function readSize(delta: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; at < start + 7; at += 1) {
    const byte = delta[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw refusal();
}

function refusal(): PatchRefusal {
  return new PatchRefusal('it has a binary file that git cannot unpack');
}
