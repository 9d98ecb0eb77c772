import { expect, test } from 'vitest';
import { exhaustedResource, isTransientDatabaseError } from './transientErrors.ts';

const withCode = (code: unknown, cause?: unknown) => Object.assign(new Error('failed', { cause }), { code });

test.each(['CONNECTION_CLOSED', 'CONNECT_TIMEOUT', 'ECONNREFUSED', '57P01', '40P01', '40001', '08006'])(
  '%s means that the database was away or busy',
  (code) => {
    expect(isTransientDatabaseError(withCode(code))).toBe(true);
  },
);

test.each([
  ['53100', 'disk'],
  ['53200', 'memory'],
  ['53300', 'connections'],
])('%s means that the database has run out of %s, and may have room again', (code, resource) => {
  expect(isTransientDatabaseError(withCode(code))).toBe(true);
  expect(exhaustedResource(new Error('Failed query', { cause: withCode(code) }))).toBe(resource);
});

test('a database that is away has not run out of anything', () => {
  expect(exhaustedResource(withCode('57P01'))).toBeUndefined();
});

test('a file that is not there is not the database being away', () => {
  const missing = Object.assign(withCode('ENOENT'), { syscall: 'open' });
  expect(isTransientDatabaseError(new Error('there is no object', { cause: missing }))).toBe(false);
});

test('a socket of the database that is not there is', () => {
  expect(isTransientDatabaseError(Object.assign(withCode('ENOENT'), { syscall: 'connect' }))).toBe(true);
});

test("it is found below the query builder's own error", () => {
  expect(isTransientDatabaseError(new Error('Failed query', { cause: withCode('57P01') }))).toBe(true);
});

test.each([withCode('23505'), withCode('42601'), withCode(7), new Error('other'), '57P01', null, undefined])(
  '%s is not the database being away',
  (error) => {
    expect(isTransientDatabaseError(error)).toBe(false);
  },
);
