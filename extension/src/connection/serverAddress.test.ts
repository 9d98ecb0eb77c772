import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConnectText, parseServerAddress } from './serverAddress.ts';

describe('a connect URL', () => {
  test('gives the address and the pairing code', () => {
    expect(parseConnectText(' http://127.0.0.1:7420/connect?code=ABCD-EFGH-JKMN-PQRS\n')).toMatchObject({
      address: { baseUrl: 'http://127.0.0.1:7420', webSocketUrl: 'ws://127.0.0.1:7420/trpc' },
      code: 'ABCD-EFGH-JKMN-PQRS',
    });
  });

  test('keeps the path of a service behind a proxy', () => {
    expect(parseConnectText('https://tools.example/flotilla/connect?code=X')?.address).toMatchObject({
      baseUrl: 'https://tools.example/flotilla',
      origin: 'https://tools.example',
      webSocketUrl: 'wss://tools.example/flotilla/trpc',
    });
  });
});

describe('an address', () => {
  test.each([
    ['127.0.0.1:7420', 'http://127.0.0.1:7420'],
    ['localhost:7420/', 'http://localhost:7420'],
    ['flotilla.example', 'https://flotilla.example'],
    ['http://[::1]:7420', 'http://[::1]:7420'],
  ])('%s is %s', (text, baseUrl) => {
    expect(parseServerAddress(text)?.baseUrl).toBe(baseUrl);
  });

  test.each(['', 'ftp://host', 'http://', 'not a url', 'http://user:secret@host', 'javascript:alert(1)'])(
    'is not: %s',
    (text) => {
      expect(parseServerAddress(text)).toBeUndefined();
    },
  );

  test.each([
    ['http://127.0.0.1:7420', false],
    ['http://127.1.2.3', false],
    ['http://localhost:1', false],
    ['http://[::1]:7420', false],
    ['https://flotilla.example', false],
    ['http://flotilla.example', true],
    ['http://10.0.0.5:7420', true],
    ['http://127.0.0.1.example.com', true],
    ['http://localhost.example.com', true],
  ])('%s is exposed on the way: %s', (text, isExposed) => {
    expect(parseServerAddress(text)?.isExposed).toBe(isExposed);
  });
});

test('whatever is pasted, it is an address of http or https without a user, or none, and nothing is thrown', () => {
  const parts = constantFrom(
    'http://',
    'https://',
    'file://',
    'javascript:',
    '//',
    '/',
    '\\',
    '@',
    ':',
    '?code=',
    '&',
    '#',
    '[',
    '::1',
    ']',
    '%',
    '%00',
    '.',
    'localhost',
    '127.0.0.1',
    'example.com',
    '99999',
    '7420',
    'connect',
    ' ',
    '\n',
    '\u202e',
    'ü',
    '\ud800',
  );
  const texts = oneof(
    string({ unit: 'binary', maxLength: 40 }),
    array(parts, { maxLength: 10 }).map((all) => all.join('')),
  );
  assert(
    property(texts, (text) => {
      const parsed = parseConnectText(text);
      if (parsed === undefined) return;
      const { baseUrl, origin, webSocketUrl, isExposed } = parsed.address;
      const url = new URL(baseUrl);
      expect(url.protocol).toMatch(/^https?:$/);
      expect(url.username + url.password + url.search + url.hash).toBe('');
      expect(url.origin).toBe(origin);
      expect(new URL(webSocketUrl).host).toBe(url.host);
      // What goes unencrypted to another machine is always said to.
      expect(
        isExposed ||
          url.protocol === 'https:' ||
          /^(?:localhost|.*\.localhost|127\..*|\[::1\])$/.test(url.hostname),
      ).toBe(true);
    }),
    { numRuns: 3000 },
  );
});
