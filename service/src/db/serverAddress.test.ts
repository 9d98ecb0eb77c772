import { expect, test } from 'vitest';
import { serverAddress } from './serverAddress.ts';

const far = 'postgres://db.example.com/flotilla';

test('without a word on TLS the connection is plain, and its risk is named unless the server is on this machine', () => {
  expect(serverAddress(far)).toMatchObject({
    url: far,
    ssl: false,
    risk: expect.stringMatching(/not encrypted/),
  });
});

test.each([
  'postgres://localhost/flotilla',
  'postgres://me:p%40ss@127.0.0.1:5433/flotilla',
  'postgres://me@[::1]/flotilla',
  'postgres:///flotilla',
  'postgres://me@%2Fvar%2Frun%2Fpostgresql/flotilla',
  'postgres://localhost:1,127.0.0.2:2/flotilla',
])('nobody is between this machine and %s', (url) => {
  expect(serverAddress(url).risk).toBeUndefined();
});

test.each(['postgres://127.0.0.1.example.com/x', 'postgres://localhost,db/x', 'postgres://localhost@db/x'])(
  'somebody may be between this machine and %s',
  (url) => {
    expect(serverAddress(url).risk).toBeDefined();
  },
);

test.each(['require', 'verify-full'])('sslmode=%s verifies authority and name', (mode) => {
  const { url, ssl, risk } = serverAddress(`${far}?sslmode=${mode}&application_name=x`);
  expect(url).toBe(`${far}?application_name=x`);
  expect(ssl).toEqual({ rejectUnauthorized: true });
  expect(risk).toBeUndefined();
});

test('sslmode=verify-ca verifies the authority alone, and no-verify nothing: both say what that risks', () => {
  const authority = serverAddress(`${far}?sslmode=verify-ca`);
  expect(authority.ssl).toMatchObject({
    rejectUnauthorized: true,
    checkServerIdentity: expect.any(Function),
  });
  expect(authority.risk).toMatch(/another one of them/);
  const none = serverAddress(`${far}?sslmode=no-verify`);
  expect(none.ssl).toMatchObject({ rejectUnauthorized: false });
  expect(none.risk).toMatch(/not verified/);
});

test('an authority that is named is one to be verified', () => {
  expect(serverAddress(`${far}?sslrootcert=system`).ssl).toEqual({ rejectUnauthorized: true });
});

test.each([
  ['prefer', /sslmode=prefer is not one of/],
  ['allow', /sslmode=allow is not one of/],
  ['', /sslmode= is not one of/],
])('sslmode=%s is refused', (mode, said) => {
  expect(() => serverAddress(`${far}?sslmode=${mode}`)).toThrow(said);
});

test('a file that cannot be read is named', () => {
  expect(() => serverAddress(`${far}?sslrootcert=/nowhere/ca.pem`)).toThrow(
    'sslrootcert=/nowhere/ca.pem cannot be read (ENOENT).',
  );
});
