import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { messageOf } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import { idsOf, parseSecretKeys } from './secretKeys.ts';

const written = (bytes = 32) => randomBytes(bytes).toString('base64');

test('keys are read in their order, whatever is between them', () => {
  const [one, two, three] = [written(), written(), written()];
  const ids = [one, two, three].map((key) => idsOf(parseSecretKeys(key, 'a test'))[0]);
  for (const text of [
    `${one}\n${two}\n${three}\n`,
    `${one},${two}, ${three}`,
    `\r\n ${one} ${two}\t${three}`,
  ])
    expect(idsOf(parseSecretKeys(text, 'a test'))).toEqual(ids);
  // Some programs leave the padding out.
  expect(idsOf(parseSecretKeys(one.replace('=', ''), 'a test'))).toEqual([ids[0]]);
});

test('an id is the key’s own, and tells nothing of it', () => {
  const key = written();
  const [{ id }] = parseSecretKeys(key, 'a test');
  expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect(parseSecretKeys(key, 'another')[0].id).toBe(id);
  expect(parseSecretKeys(written(), 'a test')[0].id).not.toBe(id);
  expect(Buffer.from(key, 'base64').toString('hex')).not.toContain(id);
});

test('what Node prints of a key has nothing of it', () => {
  const key = written();
  const printed = inspect(parseSecretKeys(key, 'a test'), { depth: 9, showHidden: true });
  expect(printed).not.toContain(key);
  expect(printed).not.toContain(Buffer.from(key, 'base64').toString('hex'));
});

const twice = written();
test.each<[string, string, RegExp]>([
  ['none', ' \n,\n', /^There is no key in a test; `openssl rand -base64 32` makes one\.$/],
  [
    'one of 16 bytes',
    written(16),
    /^Key 1 in a test is not 32 bytes in base64 \(it has 24 letters, .* makes one\.$/,
  ],
  ['one of 33 bytes', written(33), /^Key 1 in a test is not 32 bytes/],
  ['one in hexadecimal', randomBytes(32).toString('hex'), /^Key 1 in a test is not 32 bytes/],
  ['one in base64url', `${'_'.repeat(43)}=`, /^Key 1 in a test is not 32 bytes/],
  ['a wrong one after a right one', `${written()}\nhunter2`, /^Key 2 in a test is not 32 bytes/],
  ['one twice', `${twice}\n${twice}`, /^One key is in a test twice/],
  [
    '17',
    Array.from({ length: 17 }, () => written()).join(),
    /^There are 17 keys in a test; 16 are allowed\.$/,
  ],
])('keys are refused without being shown: %s', (_what, text, sentence) => {
  const refused = (() => {
    try {
      parseSecretKeys(text, 'a test');
    } catch (error) {
      return messageOf(error);
    }
    throw new Error('the keys were taken');
  })();
  expect(refused).toMatch(sentence);
  for (const word of text.split(/[\s,]+/).filter(Boolean)) expect(refused).not.toContain(word);
});
