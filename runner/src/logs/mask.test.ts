import { array, assert, constantFrom, integer, nat, property, string, uint8Array } from 'fast-check';
import { escape as escapeQuery } from 'node:querystring';
import { expect, test } from 'vitest';
import { Mask, MaskedStream } from './mask.ts';
import { formsOf } from './secretForms.ts';

/** What a stream shows of a text that comes in pieces. */
function shown(mask: Mask, text: Buffer, places: readonly number[]): Buffer {
  const cuts = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  const stream = new MaskedStream(mask);
  const pieces = cuts.slice(1).map((cut, index) => stream.push(text.subarray(cuts[index], cut)));
  return Buffer.concat([...pieces, stream.end()]);
}

/** The same, by looking for every form at every place of the whole text. */
function expected(secrets: readonly string[], text: Buffer): Buffer {
  const secret = new Uint8Array(text.length);
  for (const form of secrets.flatMap((one) => formsOf(Buffer.from(one.trim())))) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
      secret.fill(1, at, at + form.length);
  }
  const bytes: number[] = [];
  for (const [at, byte] of text.entries()) {
    if (secret[at] === 0) bytes.push(byte);
    else if (at === 0 || secret[at - 1] === 0) bytes.push(...Buffer.from('***'));
  }
  return Buffer.from(bytes);
}

const places = array(nat(400), { maxLength: 12 });
/** Few letters, so that secrets overlap, repeat, and begin in each other. */
const secrets = array(string({ unit: constantFrom('a', 'b', 'c'), maxLength: 7 }), { maxLength: 5 });

test('however a text is cut, it shows the same: every byte of a secret is hidden, and no other', () => {
  const texts = string({ unit: constantFrom('a', 'b', 'c', '\n'), maxLength: 120 });
  assert(
    property(secrets, texts, places, (values, text, cuts) => {
      const bytes = Buffer.from(text);
      expect(shown(new Mask(values), bytes, cuts)).toEqual(expected(values, bytes));
    }),
    { numRuns: 2000 },
  );
});

test('a secret is hidden in base64 wherever it begins, in both alphabets, at the end of a text and before more', () => {
  const secretTexts = string({ minLength: 4, maxLength: 40 }).filter(
    (text) => Buffer.from(text.trim()).length >= 4,
  );
  assert(
    property(
      secretTexts,
      uint8Array({ maxLength: 20 }),
      uint8Array({ maxLength: 20 }),
      constantFrom<BufferEncoding>('base64', 'base64url'),
      places,
      (secret, before, after, encoding, cuts) => {
        const plain = Buffer.from(secret.trim());
        const encoded = Buffer.concat([before, plain, after]).toString(encoding);
        const text = Buffer.from(`${encoded}\n`);
        const seen = shown(new Mask([secret]), text, cuts);
        expect(seen).toEqual(expected([secret], text));
        expect(seen.includes('***')).toBe(true);
        // What is left of it: at most one character at each side, which holds bits of its neighbours.
        const [left = '', right = ''] = seen.toString().split('***', 2);
        expect(left.length).toBeLessThanOrEqual(Math.ceil((before.length * 8) / 6));
        expect(right.replace(/[=\n]/g, '').length).toBeLessThanOrEqual(1 + Math.ceil((after.length * 8) / 6));
      },
    ),
  );
});

/** Any text that can be in a log, with all that encoders escape. */
const oddSecrets = string({
  unit: constantFrom(...Array.from('aZ9 /+=&%"\\\'<>~!*()-_.,:;?@#$\n\tü€😀')),
  minLength: 4,
  maxLength: 24,
}).filter((text) => Buffer.byteLength(text.trim()) >= 4 && text.isWellFormed());

const small = (text: string) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
const escapes: readonly (readonly [encoder: string, encode: (text: string) => string])[] = [
  ['encodeURIComponent', encodeURIComponent],
  ['encodeURIComponent, in small letters', (text) => small(encodeURIComponent(text))],
  ['encodeURI', encodeURI],
  ['querystring.escape', (text) => escapeQuery(text)],
  ['a form', (text) => new URLSearchParams({ k: text }).toString().slice(2)],
  ['a form, in small letters', (text) => small(new URLSearchParams({ k: text }).toString().slice(2))],
  [
    'RFC 3986',
    (text) =>
      encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
  ],
  [
    'every byte',
    (text) => Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  ],
  ['JSON', (text) => JSON.stringify(text)],
  ['JSON with slashes escaped', (text) => JSON.stringify(text).replaceAll('/', '\\/')],
  ['JSON in ASCII', (text) => JSON.stringify(text).replace(/[^\0-\u007e]/g, unicode)],
  [
    'JSON in ASCII, in capitals',
    (text) =>
      JSON.stringify(text).replace(/[^\0-\u007e]/g, (c) => unicode(c).toUpperCase().replace('U', 'u')),
  ],
  ['JSON for HTML', (text) => JSON.stringify(text).replace(/[<>&]/g, unicode)],
  [
    'JSON for HTML with slashes escaped',
    (text) =>
      JSON.stringify(text)
        .replaceAll('/', '\\/')
        .replace(/[<>&']/g, unicode),
  ],
];
const unicode = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

test.each(escapes)('a secret is hidden as it is escaped by %s', (_encoder, encode) => {
  assert(
    property(oddSecrets, places, (secret, cuts) => {
      const mask = new Mask([secret]);
      const text = encode(secret.trim());
      const seen = shown(mask, Buffer.from(`<${text}>`), cuts).toString();
      expect(seen.replaceAll('"', '')).toBe('<***>');
    }),
    { numRuns: 200 },
  );
});

test('a key of 3 KB with line ends costs a table of less than 40 MB', () => {
  const key = Array.from({ length: 48 }, (_, line) => `${'aB3/+'.repeat(12)}${line}xyz`).join('\n');
  const bytes = formsOf(Buffer.from(key)).reduce((sum, form) => sum + form.length, 0);
  const classes = 1 + new Set(formsOf(Buffer.from(key)).flatMap((form) => [...form])).size;
  expect(bytes * classes * 4).toBeLessThan(40e6);
});

test.each(['', 'a', 'abc', '  abc\n'])('%j is too short to be a secret', (secret) => {
  expect(new Mask([secret]).text('a secret of abc')).toBe('a secret of abc');
});

test('bytes are held back only while they could be the beginning of a secret', () => {
  const stream = new MaskedStream(new Mask(['hunter2!']));
  expect(stream.push(Buffer.from('password: hunt')).toString()).toBe('password: ');
  expect(stream.push(Buffer.from('ing ')).toString()).toBe('hunting ');
  expect(stream.push(Buffer.from('hunter2')).toString()).toBe('');
  expect(stream.push(Buffer.from('!')).toString()).toBe('***');
  expect(stream.push(Buffer.from('hunter2')).toString()).toBe('');
  expect(stream.end().toString()).toBe('hunter2');
});

test('secrets that touch or overlap are hidden as one', () => {
  const mask = new Mask(['abcdef', 'defghi']);
  expect(mask.text('<abcdefghi> <abcdefabcdef>')).toBe('<***> <***>');
});

test('a secret that becomes known later is hidden from then on, also when it has begun', () => {
  const mask = new Mask(['tokenA']);
  const stream = new MaskedStream(mask);
  expect(stream.push(Buffer.from('tokenB token')).toString()).toBe('tokenB ');
  mask.add('tokenB');
  expect(stream.push(Buffer.from('B tokenA\n')).toString()).toBe('*** ***\n');
});

test('a stream of nothing but secrets is one mark', () => {
  const stream = new MaskedStream(new Mask(['secret']));
  const pieces = Array.from({ length: 1000 }, () => stream.push(Buffer.from('secret')));
  expect(Buffer.concat([...pieces, stream.end()]).toString()).toBe('***');
});

test('bytes that are no text go through as they are', () => {
  assert(
    property(
      uint8Array({ maxLength: 300 }),
      array(integer({ min: 0, max: 300 }), { maxLength: 6 }),
      (bytes, cuts) => {
        const text = Buffer.from(bytes);
        expect(shown(new Mask(['ÿþ secret']), text, cuts)).toEqual(text);
      },
    ),
  );
});
