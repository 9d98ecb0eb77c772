import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { expect, test } from 'vitest';
import type { SecretIdentity } from '../../../service/src/secrets/sealed.ts';
import { SecretValue } from '../../../service/src/secrets/secretValue.ts';
import { newKey, pathOf } from '../../support/secretKeyFiles.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { testDatabase } from '../../support/testDatabase.ts';
import { testService } from '../../support/testService.ts';

const token: SecretIdentity = { ownerKind: 'codeHost', ownerKey: '1', name: 'token' };
const other: SecretIdentity = { ...token, ownerKey: '2' };
const value = new SecretValue('a-token-that-nobody-reads');

/** A database and a folder that replicas share, one after the other or side by side. */
async function place() {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(await testDatabase());
  const { path: folder } = resources.use(await temporaryFolder());
  const owned = resources.move();
  return {
    folder,
    /** A replica with the keys of a shared folder. */
    open: (sharedFolder = join(folder, 'shared')) =>
      testService({ database, dataFolder: join(folder, 'data'), sharedFolder }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test('a secret is kept, replaced and removed, for its owner and name alone', async () => {
  await using flotilla = await testService();
  const { secrets } = flotilla.service;
  expect(await secrets.open(token)).toBeUndefined();
  await secrets.set('Ada', token, value);
  await secrets.set('Ada', other, new SecretValue('another'));
  expect((await secrets.open(token))?.reveal()).toBe(value.reveal());
  await secrets.set('Ada', token, new SecretValue(''));
  expect((await secrets.open(token))?.reveal()).toBe('');
  expect((await secrets.open(other))?.reveal()).toBe('another');
  expect(await secrets.remove('Ada', token)).toBe(true);
  expect(await secrets.remove('Ada', token)).toBe(false);
  expect(await secrets.open(token)).toBeUndefined();
});

test('what is kept has nothing of it, in no table', async () => {
  await using flotilla = await testService();
  const { secrets, sql } = flotilla.service;
  await secrets.set('Ada', token, value);
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public'`;
  const bytes = Buffer.from(value.reveal());
  for (const { name } of tables) {
    const rows = JSON.stringify(await sql`select to_jsonb(one) as row from ${sql(name)} as one`);
    for (const form of ['utf8', 'hex', 'base64'] as const) expect(rows).not.toContain(bytes.toString(form));
  }
});

test('one that is too large is refused, and nothing is kept', async () => {
  await using flotilla = await testService();
  const { secrets } = flotilla.service;
  await secrets.set('Ada', token, new SecretValue('é'.repeat(32 * 1024)));
  await expect(secrets.set('Ada', other, new SecretValue('é'.repeat(32 * 1024 + 1)))).rejects.toThrow(
    'The secret "token" of codeHost 2 is larger than 64 KiB: it cannot be kept.',
  );
  expect(await secrets.open(other)).toBeUndefined();
});

test('rows that were swapped in the database open nothing', async () => {
  await using flotilla = await testService();
  const { secrets, sql } = flotilla.service;
  await secrets.set('Ada', token, value);
  await secrets.set('Ada', other, new SecretValue('another'));
  await sql`
    update secrets set sealed = swapped.sealed from secrets as swapped where swapped.id <> secrets.id`;
  for (const identity of [token, other])
    await expect(secrets.open(identity)).rejects.toThrow(/is damaged, or was stored for something else/);
});

test('a row that was given to another owner opens nothing', async () => {
  await using flotilla = await testService();
  const { secrets, sql } = flotilla.service;
  await secrets.set('Ada', token, value);
  await sql`update secrets set owner_key = '2'`;
  await expect(secrets.open(other)).rejects.toThrow(/is damaged, or was stored for something else/);
});

test('a first start makes a key that is its user’s alone, and the next one uses it', async () => {
  await using shared = await place();
  {
    await using first = await shared.open();
    await first.service.secrets.set('Ada', token, value);
    expect((await stat(pathOf(first.service.config.secretKeys))).mode & 0o777).toBe(0o600);
  }
  await using second = await shared.open();
  expect((await second.service.secrets.open(token))?.reveal()).toBe(value.reveal());
});

test('replicas with one shared folder open what each other keeps', async () => {
  await using shared = await place();
  await using one = await shared.open();
  await using two = await shared.open();
  await one.service.secrets.set('Ada', token, value);
  await two.service.secrets.set('Ada', other, value);
  expect((await two.service.secrets.open(token))?.reveal()).toBe(value.reveal());
  expect((await one.service.secrets.open(other))?.reveal()).toBe(value.reveal());
});

test('a replica with another key does not start, and disturbs none that runs', async () => {
  await using shared = await place();
  await using one = await shared.open();
  await one.service.secrets.set('Ada', token, value);
  const elsewhere = join(shared.folder, 'elsewhere');
  await mkdir(elsewhere, { mode: 0o700 });
  await writeFile(join(elsewhere, 'secret.key'), newKey(), { mode: 0o600 });
  await expect(shared.open(elsewhere)).rejects.toThrow(
    /^1 secret is encrypted with key [0-9a-f]{16}, and this replica has [0-9a-f]{16} \(in .*secret\.key\): give all replicas the same keys\. If a key is lost/,
  );
  await one.service.secrets.set('Ada', other, value);
  expect((await one.service.secrets.open(other))?.reveal()).toBe(value.reveal());
});

test('as long as there is no secret, of two replicas with different keys the first one writes none', async () => {
  await using shared = await place();
  await using one = await shared.open();
  await using two = await shared.open(join(shared.folder, 'elsewhere'));
  await expect(one.service.secrets.set('Ada', token, value)).rejects.toThrow(
    /was not kept: another replica has started with another key than [0-9a-f]{16}\. Give all replicas the same keys/,
  );
  await two.service.secrets.set('Ada', token, value);
  await expect(one.service.secrets.open(token)).rejects.toThrow(/which this replica does not have/);
});

test('a key file that is gone while secrets need it is not made anew', async () => {
  await using shared = await place();
  let path;
  {
    await using first = await shared.open();
    await first.service.secrets.set('Ada', token, value);
    path = pathOf(first.service.config.secretKeys);
  }
  const key = await readFile(path, 'utf8');
  await rm(path);
  await expect(shared.open()).rejects.toThrow(
    /^1 secret is encrypted with key [0-9a-f]{16}, and .*secret\.key is not there: bring it back\. If a key is lost/,
  );
  await expect(stat(path)).rejects.toThrow('ENOENT');
  await writeFile(path, key, { mode: 0o600 });
  await using again = await shared.open();
  expect((await again.service.secrets.open(token))?.reveal()).toBe(value.reveal());
});

test.each<[string, string, number, RegExp]>([
  [
    'of 24 bytes',
    'c2l4dGVlbiBieXRlcyBhbmQgOA==',
    0o600,
    /^Key 1 in the key file .* is not 32 bytes in base64/,
  ],
  ['that is no base64', 'hunter2', 0o600, /^Key 1 in the key file .* is not 32 bytes in base64/],
  ['of nothing', '\n', 0o600, /^There is no key in the key file .*; `openssl rand -base64 32` makes one\.$/],
  [
    'that others may read',
    newKey(),
    0o644,
    /^The key file .* is open to others .*: run chmod 600 .*secret\.key\.$/,
  ],
])('a service with a key file %s does not start', async (_what, text, mode, sentence) => {
  await using shared = await place();
  {
    await using _first = await shared.open();
  }
  const path = join(shared.folder, 'shared', 'secret.key');
  await writeFile(path, text);
  await chmod(path, mode);
  const refused = await shared.open().then(() => 'it started', messageOf);
  expect(refused).toMatch(sentence);
  expect(refused).not.toContain(text.trim() || 'nothing at all');
});
