import { descriptors, encodeFrame, type Descriptor } from '@flotilla/shared/logs/frame';
import { expect, test } from 'vitest';
import { LogLines } from './logLines.ts';

const bytes = (descriptor: Descriptor, text: string | Uint8Array, step = 0) =>
  encodeFrame({ step, descriptor, time: 0, data: typeof text === 'string' ? Buffer.from(text) : text });

test('lines that arrive in pieces, mixed with the other descriptor, come out whole', () => {
  const log = new LogLines();
  expect(log.push(bytes(descriptors.stdout, 'one\ntw'))).toEqual([{ descriptor: 1, text: 'one' }]);
  expect(log.push(bytes(descriptors.stderr, 'oops\n'))).toEqual([{ descriptor: 2, text: 'oops' }]);
  expect(log.push(bytes(descriptors.stdout, 'o\n'))).toEqual([{ descriptor: 1, text: 'two' }]);
  expect(log.end()).toEqual([]);
});

test('a character that is cut in the middle is put together', () => {
  const log = new LogLines();
  const [first, second] = [Buffer.from('ü\n').subarray(0, 1), Buffer.from('ü\n').subarray(1)];
  expect(log.push(bytes(descriptors.stdout, first))).toEqual([]);
  expect(log.push(bytes(descriptors.stdout, second))).toEqual([{ descriptor: 1, text: 'ü' }]);
});

test('a last line without a line break comes at the end', () => {
  const log = new LogLines();
  expect(log.push(bytes(descriptors.stdout, 'no newline'))).toEqual([]);
  expect(log.end()).toEqual([{ descriptor: 1, text: 'no newline' }]);
});

test('a notice is a line at once', () => {
  expect(new LogLines().push(bytes(descriptors.notice, 'Fetching'))).toEqual([
    { descriptor: 0, text: 'Fetching' },
  ]);
});
