import { expect, test } from 'vitest';
import { folderTrouble } from './folderTrouble.ts';

test.each([
  ['ENOENT', 'there is no folder /srv/x'],
  ['ENOTDIR', '/srv/x is no folder'],
  ['EACCES', 'the user that the service runs as may not read /srv/x'],
  ['EPERM', 'the user that the service runs as may not read /srv/x'],
  ['EIO', '/srv/x cannot be read: EIO: it says'],
])('%s is said in a sentence', (code, sentence) => {
  expect(folderTrouble(Object.assign(new Error(`${code}: it says`), { code }), '/srv/x')).toBe(sentence);
});
