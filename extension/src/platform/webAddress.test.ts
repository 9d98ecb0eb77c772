import { expect, test } from 'vitest';
import { webAddress } from './webAddress.ts';

test.each([
  ['https://git.example/acme/web/pulls/7', 'https://git.example/acme/web/pulls/7'],
  ['http://127.0.0.1:3000/acme/web/pulls/7', 'http://127.0.0.1:3000/acme/web/pulls/7'],
])('%s may be opened', (url, opened) => {
  expect(webAddress(url)).toBe(opened);
});

test.each([
  null,
  '',
  'acme/web',
  'command:workbench.action.terminal.new',
  'vscode://flotilla.flotilla/connect?url=https://evil.example',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'https://git.example@evil.example/',
  'https://user:secret@git.example/',
])('what a service says that is no address of a page is not opened: %s', (url) => {
  expect(webAddress(url)).toBeUndefined();
});
