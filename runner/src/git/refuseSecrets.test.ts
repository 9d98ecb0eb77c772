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
