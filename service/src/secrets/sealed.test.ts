import { randomBytes } from 'node:crypto';
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { seal, unseal, type SecretIdentity } from './sealed.ts';
import { SecretError } from './secretError.ts';
import { parseSecretKeys, type SecretKeys } from './secretKeys.ts';
import { SecretValue } from './secretValue.ts';

const newKeys = (count = 1): SecretKeys =>
  parseSecretKeys(Array.from({ length: count }, () => randomBytes(32).toString('base64')).join(), 'a test');
const keys = newKeys();
const identity: SecretIdentity = { ownerKind: 'codeHost', ownerKey: '3', name: 'token' };
const text = 'a token of somebody';
const sealed = seal(keys[0], identity, new SecretValue(text));

test('what was sealed is opened, whatever it is', () => {
  const anyText = string({ unit: 'grapheme', maxLength: 200 });
  assert(
    property(anyText, anyText, anyText, (value, ownerKey, name) => {
      const whose = { ownerKind: 'codeHost', ownerKey, name };
      expect(unseal(keys, whose, seal(keys[0], whose, new SecretValue(value))).reveal()).toBe(value);
    }),
  );
});

test('equal values look different, and have nothing of themselves', () => {
  const again = seal(keys[0], identity, new SecretValue(text));
  expect(again.equals(sealed)).toBe(false);
  expect(sealed.toString('latin1')).not.toContain(text);
  expect(sealed).toHaveLength(37 + text.length);
});

test('after a rotation has begun the old key still opens', () => {
  const [added] = newKeys();
  expect(unseal([added, ...keys], identity, sealed).reveal()).toBe(text);
});

const parts: readonly [string, number, number][] = [
  ['version', 0, 1],
  ['key id', 1, 9],
  ['nonce', 9, 21],
  ['tag', 21, 37],
  ['ciphertext', 37, sealed.length],
];

test.each(parts)('no bit of the %s can be changed', (_part, from, to) => {
  for (let at = from; at < to; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
      expect(() => unseal(keys, identity, changed), `byte ${at}, bit ${bit}`).toThrow(SecretError);
    }
  }
});

test('nothing can be cut off or added', () => {
  for (let length = 0; length < sealed.length; length += 1) {
    expect(() => unseal(keys, identity, sealed.subarray(0, length)), `${length} bytes`).toThrow(SecretError);
  }
  expect(() => unseal(keys, identity, Buffer.concat([sealed, Buffer.of(0)]))).toThrow(SecretError);
});

test.each<[string, SecretIdentity]>([
  ['owner', { ...identity, ownerKey: '4' }],
  ['kind of owner', { ...identity, ownerKind: 'user' }],
  ['name', { ...identity, name: 'sshKey' }],
  ['owner whose texts run together', { ...identity, ownerKey: '3token', name: '' }],
])('what was stored for one opens for no other %s', (_what, other) => {
  expect(() => unseal(keys, other, sealed)).toThrow(
    /is damaged, or was stored for something else: set it anew\.$/,
  );
});

test('a key that is not here is named, and one of the same id but other bytes opens nothing', () => {
  const [other] = newKeys();
  expect(() => unseal([other], identity, sealed)).toThrow(
    `The secret "token" of codeHost 3 is encrypted with key ${keys[0].id}, which this replica does not have: give all replicas the same keys.`,
  );
  expect(() => unseal([{ ...other, id: keys[0].id }], identity, sealed)).toThrow(/is damaged/);
});

test('a form of a newer program is not guessed at', () => {
  const newer = Buffer.from(sealed);
  newer.writeUInt8(2, 0);
  expect(() => unseal(keys, identity, newer)).toThrow(/has form 2, which this program does not know: update/);
});
