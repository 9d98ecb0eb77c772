import { expect, test } from 'vitest';
import { parseByteSize } from './byteSize.ts';

test.each([
  ['1', 1],
  ['512k', 524_288],
  ['512M', 536_870_912],
  ['4g', 4_294_967_296],
  ['4GB', 4_294_967_296],
  ['1t', 1_099_511_627_776],
  ['0g', undefined],
  ['1.5g', undefined],
  ['4 g', undefined],
  ['4gib', undefined],
  ['', undefined],
  ['9999999999t', undefined],
])('%j is %j bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});
