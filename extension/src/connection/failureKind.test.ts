import { expect, test } from 'vitest';
import { failureKind } from './failureKind.ts';

const withCode = (code: string) => Object.assign(new Error(code), { code });

test.each([
  ['refused', new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') })],
  ['refused', new TypeError('fetch failed', { cause: new AggregateError([withCode('ECONNREFUSED')]) })],
  ['unknownHost', new TypeError('fetch failed', { cause: withCode('ENOTFOUND') })],
  ['timeout', new DOMException('The operation timed out', 'TimeoutError')],
  ['timeout', new TypeError('fetch failed', { cause: withCode('UND_ERR_CONNECT_TIMEOUT') })],
  ['certificate', new TypeError('fetch failed', { cause: withCode('DEPTH_ZERO_SELF_SIGNED_CERT') })],
  ['certificate', new TypeError('fetch failed', { cause: withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE') })],
  ['other', new TypeError('Failed to fetch')],
  ['other', 'what?'],
] as const)('%s', (kind, error) => {
  expect(failureKind(error)).toBe(kind);
});
