import { beforeAll, expect, test } from 'vitest';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { rawAnswer, upgradeRequest } from '../support/rawRequest.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
beforeAll(async () => {
  attacked = await attackedService();
  return () => attacked[Symbol.asyncDispose]();
});

const host = { host: 'localhost' };
const protocols = 'sec-websocket-protocol';
const extensions = 'sec-websocket-extensions';

test.each<[what: string, path: string, headers: Record<string, string | string[]>, answer: RegExp]>([
  ['no Host', '/trpc', {}, /^400/],
  ['an empty Host', '/trpc', { host: '' }, /^400/],
  ['[ as Host', '/trpc', { host: '[' }, /^400/],
  ['a blank in Host', '/trpc', { host: 'a b' }, /^400/],
  ['an escape in Host', '/trpc', { host: 'a%b' }, /^400/],
  ['a tag as Host', '/trpc', { host: '<script>' }, /^400/],
  ['a port that there is not', '/trpc', { host: 'localhost:99999' }, /^400/],
  ['a port that is no number', '/runner', { host: 'localhost:x' }, /^400/],
  ['a user in Host', '/trpc', { host: 'a@b' }, /^400/],
  ['a path in Host', '/trpc', { host: 'a/b?c#d' }, /^400/],
  ['an address out of range', '/trpc', { host: '[::g]' }, /^400/],
  ['a Host of control characters', '/trpc', { host: '\u00ff\u00fe' }, /^400/],
  ['two Hosts', '/trpc', { host: ['localhost', '['] }, /^(400|101)/],
  ['a Host of 12 KB', '/trpc', { host: 'a'.repeat(12_000) }, /^(400|101)/],
  ['// as path', '//', host, /^404/],
  ['//trpc as path', '//trpc', host, /^404/],
  ['* as path', '*', host, /^400/],
  ['an absolute address as path', 'http://[/trpc', host, /^400/],
  ['a backslash in the path', '/\\[/trpc', host, /^404/],
  ['a broken escape in the query', '/trpc?connectionParams=%', host, /^101/],
  ['10,000 parameters', `/trpc?${'a&'.repeat(5000)}connectionParams=1`, host, /^101/],
  ['an upgrade to something else', '/trpc', { ...host, upgrade: 'h2c' }, /^400/],
  ['a key that is none', '/trpc', { ...host, 'sec-websocket-key': 'x' }, /^400/],
  ['two keys', '/trpc', { ...host, 'sec-websocket-key': ['dGhlIHNhbXBsZSBub25jZQ==', 'x'] }, /^400/],
  ['another version', '/trpc', { ...host, 'sec-websocket-version': '99' }, /^400/],
  ['a version that is no number', '/trpc', { ...host, 'sec-websocket-version': 'NaN' }, /^400/],
  ['a protocol that is none', '/trpc', { ...host, [protocols]: ',,' }, /^400/],
  ['4,000 protocols', '/trpc', { ...host, [protocols]: numbered(2000) }, /^101/],
  ['an extension that is none', '/trpc', { ...host, [extensions]: ';;=' }, /^101/],
  [
    'deflate with odd windows',
    '/trpc',
    { ...host, [extensions]: 'permessage-deflate; server_max_window_bits=99' },
    /^101/,
  ],
  ['an origin of a web page', '/trpc', { ...host, origin: 'https://example.com' }, /^403/],
  ['the origin of a page without one', '/trpc', { ...host, origin: 'null' }, /^403/],
  ['an origin that is no address', '/runner', { ...host, origin: '[' }, /^403/],
  ['an empty origin', '/trpc', { ...host, origin: '' }, /^403/],
  [
    'a page of this very address',
    '/trpc',
    { host: 'evil.example:7420', origin: 'http://evil.example:7420' },
    /^403/,
  ],
  [
    '2,000 headers',
    '/trpc',
    {
      ...host,
      ...Object.fromEntries(
        numbered(2000)
          .split(',')
          .map((n) => [`a${n}`, '']),
      ),
    },
    /^(101|431)/,
  ],
  ['a header of 100 KB', '/trpc', { ...host, a: 'a'.repeat(100_000) }, /^431/],
])('a handshake with %s ends nothing but itself', async (_what, path, headers, answer) => {
  const said = await withinBounds(attacked, () => rawAnswer(attacked.url, upgradeRequest(path, headers)));
  expect(said).toMatch(answer);
});

test.each<[what: string, request: string, answer: RegExp]>([
  ['HTTP/1.0', 'GET /trpc HTTP/1.0\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n', /^(400|404|426)/],
  ['HTTP/9.9', 'GET /trpc HTTP/9.9\r\nhost: a\r\n\r\n', /^400/],
  ['no HTTP', '\0\u0001\u0002\r\n\r\n', /^400/],
  ['TLS', '\u0016\u0003\u0001\u0002\0\u0001\0\u0001', /^400/],
  ['a method that there is not', 'FETCH /trpc HTTP/1.1\r\nhost: a\r\n\r\n', /^400/],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n', /^$/],
  [
    'two lengths',
    'POST /attempts/1/log HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    /^400/,
  ],
  [
    'a length and chunks',
    'POST /attempts/1/log HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    /^400/,
  ],
  ['a negative length', 'POST /attempts/1/log HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n', /^400/],
  [
    'an expectation',
    'POST /attempts/1/log HTTP/1.1\r\nhost: a\r\nexpect: tea\r\ncontent-length: 1\r\n\r\n',
    /^417/,
  ],
  ['a header in two lines', 'GET /healthz HTTP/1.1\r\nhost: a\r\nx: a\r\n b\r\n\r\n', /^(200|400)/],
])('a request of %s ends nothing but itself', async (_what, request, answer) => {
  expect(await withinBounds(attacked, () => rawAnswer(attacked.url, request))).toMatch(answer);
});

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => String(index)).join(',');
}
