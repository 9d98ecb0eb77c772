import { expect, test } from 'vitest';
import { exhaustedResource, isTransientDatabaseError } from './transientErrors.ts';

const withCode = (code: unknown, cause?: unknown) => Object.assign(new Error('failed', { cause }), { code });

/** As the driver rejects a statement: it marks whatever error it has met. */
const ofStatement = (code: string) => Object.assign(withCode(code), { query: 'select 1' });

test.each(['CONNECTION_CLOSED', 'CONNECT_TIMEOUT', '57P01', '40P01', '40001', '08001', '08004', '08006'])(
  '%s means that the database was away or busy',
  (code) => {
    expect(isTransientDatabaseError(withCode(code))).toBe(true);
  },
);

test.each([
  ['57014', 'a statement that took longer than its time'],
  ['55P03', 'a lock that was not given in the time that the operator allows'],
  ['57P05', 'a session that was idle for longer than the operator allows'],
  ['25006', 'a server that became a standby'],
])('%s, %s, may succeed another time', (code) => {
  expect(isTransientDatabaseError(withCode(code))).toBe(true);
});

const networkCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
];

test.each(networkCodes)('%s of a statement is a database that cannot be reached', (code) => {
  expect(isTransientDatabaseError(ofStatement(code))).toBe(true);
  expect(isTransientDatabaseError(new Error('Failed query', { cause: ofStatement(code) }))).toBe(true);
});

test.each(networkCodes)(
  '%s of a file, a program or another connection is no absence of the database',
  (code) => {
    expect(isTransientDatabaseError(withCode(code))).toBe(false);
    expect(isTransientDatabaseError(new Error('there is no object', { cause: withCode(code) }))).toBe(false);
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

test("it is found below the query builder's own error", () => {
  expect(isTransientDatabaseError(new Error('Failed query', { cause: withCode('57P01') }))).toBe(true);
});

test.each([withCode('23505'), withCode('42601'), withCode(7), new Error('other'), '57P01', null, undefined])(
  '%s is not the database being away',
  (error) => {
    expect(isTransientDatabaseError(error)).toBe(false);
  },
);
