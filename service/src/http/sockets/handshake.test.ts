import type { IncomingMessage } from 'node:http';
import { assert, constantFrom, oneof, option, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { readHandshake } from './handshake.ts';
import { Origins } from './origins.ts';

const paths = new Set(['/trpc', '/runner']);
const request = (url: string, headers: Record<string, string | undefined>) =>
  ({ url, headers }) as unknown as IncomingMessage;
const read = (url: string, headers: Record<string, string | undefined>, allowed: readonly string[] = []) =>
  readHandshake(request(url, headers), paths, new Origins(allowed));

test('whatever passes makes a URL, as tRPC makes it', () => {
  const part = string({
    unit: constantFrom(
      '/trpc',
      '?',
      '#',
      '//',
      '[',
      ']',
      ':',
      '%',
      ' ',
      '@',
      '\\',
      '9',
      'a',
      '.',
      '\u0000',
      '\u00ff',
    ),
  });
  assert(
    property(
      oneof(
        part,
        part.map((text) => `/trpc${text}`),
      ),
      option(oneof(part, string(), constantFrom('localhost', '[::1]:7420'))),
      (url, host) => {
        const handshake = read(url, { host: host ?? undefined });
        if (!handshake.ok) return;
        expect(paths).toContain(handshake.path);
        expect(new URL(url, `http://${host}`).pathname).toBe(handshake.path);
      },
    ),
    { numRuns: 2000 },
  );
});

test('no web page is let in but those of the origins that are listed, letter for letter', () => {
  const host = 'localhost';
  expect(read('/trpc', { host })).toMatchObject({ ok: true });
  expect(read('/trpc', { host, origin: 'https://code.example' }, ['https://code.example'])).toMatchObject({
    ok: true,
  });
  assert(
    property(
      oneof(string(), constantFrom('null', 'https://code.example.evil', 'https://CODE.example')),
      (origin) => {
        expect(read('/trpc', { host, origin }, ['https://code.example'])).toMatchObject({
          ok: false,
          status: 403,
        });
      },
    ),
  );
});

test.each([
  ['/trpc?connectionParams=1', true],
  ['/trpc?a=b&connectionParams=1', true],
  ['/runner?connectionParams=%31', true],
  ['/trpc?connectionParams=2', false],
  ['/trpc', false],
])('%s brings parameters: %s', (url, bringsParameters) => {
  expect(read(url, { host: 'localhost' })).toMatchObject({ ok: true, bringsParameters });
});
