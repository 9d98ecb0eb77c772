import {
  array,
  assert,
  constant,
  constantFrom,
  double,
  integer,
  property,
  record,
  uint8Array,
} from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeFrame,
  FrameDecoder,
  FrameError,
  frameHeaderBytes,
  maxFrameDataBytes,
  noStep,
  type LogRecord,
} from './frame.ts';

const records = array(
  record(
    {
      step: integer({ min: 0, max: noStep }),
      descriptor: constantFrom<0 | 1 | 2>(0, 1, 2),
      beginsStep: constant(true),
      time: double({ noNaN: true }),
      data: uint8Array({ maxLength: 40 }),
    },
    { requiredKeys: ['step', 'descriptor', 'time', 'data'] },
  ),
  { maxLength: 8 },
);

function encodeAll(log: readonly LogRecord[]): Uint8Array {
  return new Uint8Array(log.flatMap((entry) => [...encodeFrame(entry)]));
}

test('records come back from their bytes however the bytes are cut', () => {
  assert(
    property(records, array(integer({ min: 0, max: 400 })), (log, places) => {
      const bytes = encodeAll(log);
      const cuts = [0, ...places.filter((place) => place < bytes.length).sort((a, b) => a - b), bytes.length];
      const decoder = new FrameDecoder();
      const decoded = cuts.flatMap((cut, index) => decoder.push(bytes.subarray(cuts[index - 1] ?? 0, cut)));
      expect(decoded).toEqual(log);
      expect(decoder.pendingBytes).toBe(0);
    }),
  );
});

test('a record is given out only when it is whole', () => {
  const bytes = encodeFrame({ step: 3, descriptor: 2, time: 5, data: new Uint8Array([1, 2, 3]) });
  const decoder = new FrameDecoder();
  expect(decoder.push(bytes.subarray(0, bytes.length - 1))).toEqual([]);
  expect(decoder.pendingBytes).toBe(frameHeaderBytes + 2);
  expect(decoder.push(bytes.subarray(bytes.length - 1))).toHaveLength(1);
});

test('a decoder that was set on the wrong offset says so', () => {
  const bytes = encodeFrame({ step: 0, descriptor: 1, time: 0, data: new Uint8Array(20).fill(0x20) });
  expect(() => new FrameDecoder().push(bytes.subarray(frameHeaderBytes))).toThrow(/damaged|wrong offset/);
});

test('the header is 16 bytes, little endian: descriptor, flags, step, length, time', () => {
  const bytes = encodeFrame({ step: 0x0102, descriptor: 1, time: 1.5, data: new Uint8Array([9]) });
  expect([...bytes]).toEqual([1, 0, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 9]);
  const header = {
    step: 0x0102,
    descriptor: 0,
    beginsStep: true,
    time: 1.5,
    data: new Uint8Array(),
  } as const;
  expect([...encodeFrame(header)].slice(0, 4)).toEqual([0, 1, 2, 1]);
});

test('flags that a later writer knows are nothing to this reader', () => {
  const bytes = encodeFrame({ step: 0, descriptor: 1, time: 0, data: new Uint8Array([9]) });
  bytes[1] = 0xfe;
  expect(new FrameDecoder().push(bytes)).toEqual([
    { step: 0, descriptor: 1, time: 0, data: new Uint8Array([9]) },
  ]);
});

test('a false length is refused, not waited for', () => {
  const bytes = encodeFrame({ step: 0, descriptor: 1, time: 0, data: new Uint8Array(20) });
  new DataView(bytes.buffer).setUint32(4, maxFrameDataBytes + 1, true);
  expect(() => new FrameDecoder().push(bytes)).toThrow(FrameError);
});

test('a record may be as long as the limit and no longer', () => {
  const recordOf = (length: number) =>
    ({ step: 0, descriptor: 1, time: 0, data: new Uint8Array(length) }) as const;
  expect(new FrameDecoder().push(encodeFrame(recordOf(maxFrameDataBytes)))).toHaveLength(1);
  expect(() => encodeFrame(recordOf(maxFrameDataBytes + 1))).toThrow(RangeError);
});

test('whatever bytes come, they are records or no log: nothing else is thrown, and no more is held than one record', () => {
  assert(
    property(array(uint8Array({ maxLength: 60 }), { maxLength: 20 }), (chunks) => {
      const decoder = new FrameDecoder();
      expect([undefined, FrameError]).toContain(
        thrownBy(() => chunks.forEach((chunk) => decoder.push(chunk))),
      );
      expect(decoder.pendingBytes).toBeLessThanOrEqual(maxFrameDataBytes + frameHeaderBytes);
    }),
    { numRuns: 500 },
  );
});

/** The class of what a function throws; undefined when it throws nothing. */
function thrownBy(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).constructor;
  }
}

test('a record of 1 MB that comes byte by byte costs each byte once', () => {
  const bytes = encodeFrame({ step: 0, descriptor: 1, time: 0, data: new Uint8Array(maxFrameDataBytes) });
  const decoder = new FrameDecoder();
  const began = Date.now();
  let found = 0;
  for (let at = 0; at < bytes.length; at++) found += decoder.push(bytes.subarray(at, at + 1)).length;
  expect(found).toBe(1);
  expect(Date.now() - began).toBeLessThan(3000);
});
