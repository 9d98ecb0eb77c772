import { expect, test } from 'vitest';
import type { SecretStorage } from 'vscode';
import { Tokens } from './tokens.ts';

function memory(): SecretStorage {
  const kept = new Map<string, string>();
  return {
    get: (key) => Promise.resolve(kept.get(key)),
    store: (key, value) => Promise.resolve(void kept.set(key, value)),
    delete: (key) => Promise.resolve(void kept.delete(key)),
    onDidChange: () => ({ dispose: () => undefined }),
  };
}

test('a token is given for its own origin and for no other', async () => {
  const tokens = new Tokens(memory(), undefined);
  await tokens.store('http://127.0.0.1:7420', 'secret');
  expect(await tokens.read('http://127.0.0.1:7420')).toBe('secret');
  expect(await tokens.read('http://127.0.0.1:7421')).toBeUndefined();
  expect(await tokens.read('https://127.0.0.1:7420')).toBeUndefined();
});

test('the token of the environment counts for the address of the environment alone', async () => {
  const tokens = new Tokens(memory(), { url: 'https://tools.example/flotilla', token: 'from outside' });
  expect(await tokens.read('https://tools.example')).toBe('from outside');
  expect(await tokens.read('https://evil.example')).toBeUndefined();
});

test('a stored token wins over that of the environment, and can be forgotten', async () => {
  const tokens = new Tokens(memory(), { url: 'https://tools.example', token: 'from outside' });
  await tokens.store('https://tools.example', 'mine');
  expect(await tokens.read('https://tools.example')).toBe('mine');
  await tokens.forget('https://tools.example');
  expect(await tokens.read('https://tools.example')).toBe('from outside');
});
