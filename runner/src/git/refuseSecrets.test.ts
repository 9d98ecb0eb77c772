import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Mask } from '../logs/mask.ts';
import { refuseSecrets } from './refuseSecrets.ts';

const secret = 'correct horse battery';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function look(...lines: readonly string[]): Promise<void> {
  const path = join(folder, 'patch');
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  await refuseSecrets(path, new Mask([secret]));
}
const head = ['diff --git a/one b/one', '@@ -1 +1 @@', '+one', 'diff --git a/src/two.js b/src/two.js'];

test('a Patch that adds a secret is refused, and its file is named', async () => {
  await expect(look(...head, '+++ b/src/two.js', `+const password = '${secret}';`)).rejects.toThrow(
    'The patch would write a secret into src/two.js; it was not stored.',
  );
});

test('base64 of a secret, and one behind a carriage return, are found too', async () => {
  await expect(look(...head, `+${Buffer.from(`x${secret}`).toString('base64')}`)).rejects.toThrow(
    'src/two.js',
  );
  await expect(look(...head, `+a\r${secret}`)).rejects.toThrow('src/two.js');
});

test('a secret on a line that is longer than what is read at once is found', async () => {
  for (const before of [65_530, 65_536, 200_000]) {
    await expect(look(...head, `+${'.'.repeat(before)}${secret}`)).rejects.toThrow('src/two.js');
  }
});

test('a Patch that takes a secret out, or leaves it where it was, is taken', async () => {
  await expect(look(...head, `-${secret}`, ` ${secret}`, '+nothing of it')).resolves.toBeUndefined();
});

test('a secret is one only within a line', async () => {
  await expect(look(...head, '+correct horse', '+ battery')).resolves.toBeUndefined();
});

const named = `a/${secret} b/${secret}`;

test.each([
  ['an empty file', [`diff --git ${named}`, 'new file mode 100644', 'index 0..e']],
  ['a folder', [`diff --git a/x/${secret}/y b/x/${secret}/y`, 'new file mode 100644', 'index 0..e']],
  ['a file of which the mode alone changes', [`diff --git ${named}`, 'old mode 100644', 'new mode 100755']],
  ['a binary file', [`diff --git ${named}`, 'index 0..1', 'GIT binary patch', 'literal 1', 'IcmZ']],
  ['a quoted name', [`diff --git "a/\\t${secret}" "b/\\t${secret}"`, 'new file mode 100644', 'index 0..e']],
  [
    'base64 in a name',
    [
      `diff --git a/x b/${Buffer.from(`x${secret}`).toString('base64')}`,
      'new file mode 100644',
      'index 0..e',
    ],
  ],
  [
    'a name of 16 KB',
    [
      `diff --git a/${'n/'.repeat(4000)} b/${'n/'.repeat(4000)}${secret}`,
      'new file mode 100644',
      'index 0..e',
    ],
  ],
])(
  'a Patch with a secret in the name of %s is refused, and the sentence does not have it',
  async (_what, lines) => {
    const refusal = await look(...lines).then(
      () => 'taken',
      (error: Error) => error.message,
    );
    expect(refusal).toMatch(
      /^The patch has a file with a secret in its name, .*\*\*\*.*; it was not stored\./,
    );
    expect(refusal).not.toContain(secret);
  },
);

test('the target of a link is looked at', async () => {
  const lines = ['new file mode 120000', '--- /dev/null', '+++ b/link', '@@ -0,0 +1 @@', `+${secret}`];
  await expect(look('diff --git a/link b/link', ...lines)).rejects.toThrow('a secret into link;');
});

test('a Patch that removes a file with a secret in its name is taken', async () => {
  await expect(
    look(`diff --git ${named}`, 'deleted file mode 100644', 'index e..0', ...head),
  ).resolves.toBeUndefined();
});
