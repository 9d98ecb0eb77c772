import { createHash } from 'node:crypto';
import { array, assert, nat, property, string, constantFrom } from 'fast-check';
import { expect, test } from 'vitest';
import { Continuation } from './continuation.ts';
import { Mask, MaskedStream } from './mask.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const mask = new Mask(['secret']);
const texts = string({ unit: constantFrom('secret', 'sec', 'a\n', 'b'), maxLength: 30 });

function piecesOf(text: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((cut, index) => text.subarray(cuts[index], cut));
}

/** What a stream shows before its end, as of a process that was killed. */
function shown(pieces: readonly Buffer[]): Buffer {
  const stream = new MaskedStream(mask);
  return Buffer.concat(pieces.map((piece) => stream.push(piece)));
}

function continued(all: Buffer, cuts: readonly number[], spooled: Buffer): Buffer {
  const rest = new Continuation(mask, { bytes: spooled.length, sha256: sha256(spooled) });
  return Buffer.concat([...piecesOf(all, cuts).map((piece) => rest.push(piece)), rest.end()]);
}

test('spool and continuation are what one process would have written, wherever the first was killed', () => {
  const places = array(nat(300), { maxLength: 8 });
  assert(
    property(texts, nat(300), nat(300), places, places, (text, killed, lost, before, after) => {
      const all = Buffer.from(text);
      const read = all.subarray(0, killed % (all.length + 1));
      const written = shown(piecesOf(read, before));
      // Of what it showed, some may not have come to the disk.
      const spooled = written.subarray(0, written.length - (lost % (written.length + 1)));
      const rest = continued(all, after, spooled);
      expect(Buffer.concat([spooled, rest]).toString()).toBe(mask.text(text));
    }),
  );
});

test('when the beginning of the output is gone nothing is given out', () => {
  const rest = new Continuation(mask, { bytes: 4, sha256: sha256(Buffer.from('1\n2\n')) });
  expect(rest.push(Buffer.from('3\n4\n5\n')).toString()).toBe('');
  expect(rest.differs).toBe(true);
});
