import { messageOf } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import { hostAddress, isLocalAddress } from './hostAddress.ts';

const said = (text: string, allowLocal = false) =>
  hostAddress(text, { allowLocal, protocols: ['https:', 'http:'] }).catch((error: unknown) =>
    messageOf(error),
  );

test.each([
  ['https://192.0.2.7', 'https://192.0.2.7'],
  ['https://192.0.2.7/', 'https://192.0.2.7'],
  ['  https://192.0.2.7:3000/git/  ', 'https://192.0.2.7:3000/git'],
])('%j is kept as %s', async (text, address) => {
  expect(await said(text)).toBe(address);
});

test.each([
  ['git.example.org', 'is no address'],
  ['', 'is no address'],
  ['ssh://192.0.2.7', 'is no address'],
  ['file:///etc', 'is no address'],
  ['https://user:secret@192.0.2.7', 'must not have a user or a password'],
  ['https://192.0.2.7/?token=x', 'leave out what is behind'],
  ['http://192.0.2.7', 'is not encrypted'],
  ['https://localhost', 'is this machine'],
  ['https://a.localhost', 'is this machine'],
  ['https://127.0.0.1:3000', 'is this machine'],
  ['https://2130706433', 'is this machine'],
  ['https://0x7f.1', 'is this machine'],
  ['https://[::1]', 'is this machine'],
  ['https://[::ffff:127.0.0.1]', 'is this machine'],
  ['https://169.254.169.254/latest', 'is this machine'],
  ['https://[fe80::1]', 'is this machine'],
  ['http://0.0.0.0', 'is this machine'],
])('%j is refused: it %s', async (text, sentence) => {
  const message = await said(text);
  expect(message).toContain(sentence);
  expect(message).not.toContain('secret');
});

test('over ssh an address has its user, where the kind of host takes that', async () => {
  const rules = { allowLocal: false, protocols: ['https:', 'ssh:'] } as const;
  expect(await hostAddress('ssh://git@192.0.2.7:2222/srv/', rules)).toBe('ssh://git@192.0.2.7:2222/srv');
  for (const hostile of ['ssh://-oProxyCommand=x@192.0.2.7', 'ssh://-x/y', 'ssh://git:secret@192.0.2.7'])
    await expect(hostAddress(hostile, rules)).rejects.toThrow(/is no address|must not have/);
});

test('a host on this machine is taken where that is allowed, also without encryption', async () => {
  expect(await said('http://127.0.0.1:3000', true)).toBe('http://127.0.0.1:3000');
});

test.each([
  ['127.0.0.1', true],
  ['169.254.1.1', true],
  ['::1', true],
  ['fe80::1', true],
  ['::ffff:7f00:1', true],
  ['10.0.0.1', false],
  ['2001:db8::1', false],
])('%s leads to this machine or its neighbours: %s', (address, local) => {
  expect(isLocalAddress(address)).toBe(local);
});
