import { expect, test } from 'vitest';
import { fromAttemptUri, toAttemptUri, type AttemptDocument } from './attemptUri.ts';

const document: AttemptDocument = {
  origin: 'http://127.0.0.1:7420',
  kind: 'log',
  jobId: 3,
  name: 'acme/web',
  attemptId: 7,
  number: 2,
};

test('the URI of a document says what it shows', () => {
  expect(fromAttemptUri(toAttemptUri(document))).toEqual(document);
});

test('logs of two Attempts differ in the query alone', () => {
  const other = toAttemptUri({ ...document, attemptId: 8, number: 3 });
  expect(other.path).toBe(toAttemptUri(document).path);
  expect(other.query).not.toBe(toAttemptUri(document).query);
});

test('a URI of another scheme, or of an unknown kind, is none of ours', () => {
  const uri = toAttemptUri(document);
  expect(fromAttemptUri({ ...uri, scheme: 'file' })).toBeUndefined();
  expect(fromAttemptUri({ ...uri, query: 'kind=other' })).toBeUndefined();
});
