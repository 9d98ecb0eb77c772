import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeEach, expect, test } from 'vitest';
import type { Printer } from '../../../service/src/commands/printer.ts';
import { readSecretKeys } from '../../../service/src/secrets/keySource.ts';
import { discard, keys, list, rotate } from '../../../service/src/secrets/manageSecrets.ts';
import { openSecrets } from '../../../service/src/secrets/openSecrets.ts';
import { seal, type SecretIdentity } from '../../../service/src/secrets/sealed.ts';
import type { SecretStore } from '../../../service/src/secrets/secretStore.ts';
import { SecretValue } from '../../../service/src/secrets/secretValue.ts';
import { hold, waitForBlocked } from '../../support/holdPoints.ts';
import { addFirstKey, newKey, pathOf } from '../../support/secretKeyFiles.ts';
import { testService, type TestService } from '../../support/testService.ts';

const command = fileURLToPath(new URL('../../../service/src/secretCommand.ts', import.meta.url));
const identities = Array.from({ length: 5 }, (_, index): SecretIdentity => ({
  ownerKind: 'codeHost',
  ownerKey: String(index + 1),
  name: 'token',
}));
const valueOf = ({ ownerKey }: SecretIdentity) => `the token of host ${ownerKey}`;

let flotilla: TestService;
/** What the command prints: for programs, and for people. */
let out: string[];
let said: string[];
const printer: Printer = { out: (line) => void out.push(line), say: (line) => void said.push(line) };

beforeEach(async () => {
  [out, said] = [[], []];
  flotilla = await testService();
  for (const identity of identities)
    await flotilla.service.secrets.set('Ada', identity, new SecretValue(valueOf(identity)));
  return () => flotilla[Symbol.asyncDispose]();
});

const source = () => flotilla.service.config.secretKeys;

/** The secrets as a service opens them that is started now. */
const startedAgain = () => openSecrets(flotilla.service.sql, source());

async function expectAll(store: SecretStore): Promise<void> {
  for (const identity of identities) expect((await store.open(identity))?.reveal()).toBe(valueOf(identity));
}

/** How many secrets need each key of the file. */
async function secretsOfKeys(): Promise<number[]> {
  const rows = await flotilla.service.sql<{ id: string }[]>`
    select encode(substring(sealed from 2 for 8), 'hex') as id from secrets`;
  const here = (await readSecretKeys(source())) ?? [];
  return here.map(({ id }) => rows.filter((row) => row.id === id).length);
}

test('after a rotation the new key opens all of it alone, and nobody has been cut off on the way', async () => {
  const before = flotilla.service.secrets;
  const added = await addFirstKey(source());
  const both = await startedAgain();
  await expectAll(both);
  await rotate(flotilla.service.sql, source(), printer);
  expect(said).toEqual([
    expect.stringMatching(/^5 secrets were encrypted anew, with key [0-9a-f]{16}\.$/),
    'No secret needs another key: take the others out, and start the service again.',
  ]);
  expect(await secretsOfKeys()).toEqual([5, 0]);
  await expectAll(both);
  await writeFile(pathOf(source()), added);
  await expectAll(await startedAgain());
  // One that was not started again says what it lacks.
  await expect(before.open(identities[0] as SecretIdentity)).rejects.toThrow(
    'which this replica does not have',
  );
});

test('a rotation that is killed in the middle has done a part, and the next one does the rest', async () => {
  await addFirstKey(source());
  const both = await startedAgain();
  const { sql, config } = flotilla.service;
  const env = {
    DATABASE_URL: flotilla.database.url,
    FLOTILLA_SECRET_KEY_FILE: pathOf(config.secretKeys),
  };
  const run = () => execa(process.execPath, [command, 'rotate'], { env, reject: false });
  {
    await using held = await hold(sql, (tx) => tx`select from secrets where owner_key = '3' for update`);
    const killed = run();
    await waitForBlocked(sql, 1);
    expect(await secretsOfKeys()).toEqual([2, 3]);
    killed.kill('SIGKILL');
    expect((await killed).signal).toBe('SIGKILL');
    // The statement that waited goes on or not, which is the same for who comes next.
    await held.release();
  }
  await expectAll(both);
  const again = await run();
  expect(again).toMatchObject({ exitCode: 0, stdout: '' });
  expect(again.stderr).toMatch(/^[23] secrets were encrypted anew/);
  expect(await secretsOfKeys()).toEqual([5, 0]);
  await expectAll(both);
  const [audited] = await sql`
    select count(*)::int as rotated, count(distinct details)::int as secrets from audit_events where event = 'secret.rotated'`;
  expect(audited).toEqual({ rotated: 5, secrets: 5 });
});

test('what is set while a rotation goes on stays as it was set', async () => {
  await addFirstKey(source());
  const both = await startedAgain();
  const { sql } = flotilla.service;
  const [first] = identities as [SecretIdentity];
  const [key] = (await readSecretKeys(source())) ?? [];
  if (key === undefined) throw new Error('there is no key');
  // Whoever sets it has it locked when the rotation, which has read the old value, comes by.
  await using held = await hold(
    sql,
    (tx) =>
      tx`update secrets set sealed = ${seal(key, first, new SecretValue('a new one'))} where owner_key = '1'`,
  );
  const rotating = rotate(sql, source(), printer);
  await waitForBlocked(sql, 1);
  await held.release();
  await rotating;
  expect(said[0]).toMatch(/^4 secrets were encrypted anew/);
  expect((await both.open(first))?.reveal()).toBe('a new one');
  expect(await secretsOfKeys()).toEqual([5, 0]);
});

test('a key that the service does not have yet rotates nothing', async () => {
  await addFirstKey(source());
  await expect(rotate(flotilla.service.sql, source(), printer)).rejects.toThrow(
    /^The service encrypts with key [0-9a-f]{16}, and the first key here is [0-9a-f]{16}: start it again with this key before its others, and then rotate\.$/,
  );
  expect(await secretsOfKeys()).toEqual([0, 5]);
});

test('one that is damaged keeps no other from the new key, and the old key is to be kept for it', async () => {
  const { sql } = flotilla.service;
  await addFirstKey(source());
  await startedAgain();
  await sql`update secrets set sealed = overlay(sealed placing '\\x00'::bytea from 38) where owner_key = '2'`;
  await expect(rotate(sql, source(), printer)).rejects.toThrow(
    '1 could not be: keep the other keys until those are set anew.',
  );
  expect(said).toEqual([
    'The secret "token" of codeHost 2 is damaged, or was stored for something else: set it anew.',
    expect.stringMatching(/^4 secrets were encrypted anew/),
  ]);
  expect(await secretsOfKeys()).toEqual([4, 1]);
});

test('keys and secrets are listed without anything of them', async () => {
  const added = await addFirstKey(source());
  const { sql } = flotilla.service;
  await keys(sql, source(), printer);
  expect(out).toEqual([
    expect.stringMatching(/^KEY +HERE +ENCRYPTS +SECRETS$/),
    expect.stringMatching(/^[0-9a-f]{16} +yes +no +0$/),
    expect.stringMatching(/^[0-9a-f]{16} +yes +yes +5$/),
  ]);
  await list(sql, printer);
  expect(out.slice(3)).toEqual([
    expect.stringMatching(/^OF +ID +NAME +KEY +SET$/),
    ...identities.map(({ ownerKey }) =>
      expect.stringMatching(
        new RegExp(`^codeHost +${ownerKey} +token +[0-9a-f]{16} +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d$`),
      ),
    ),
  ]);
  const printed = [...out, ...said].join('\n');
  for (const secret of [added, (await readFile(pathOf(source()), 'utf8')).trim(), ...identities.map(valueOf)])
    expect(printed).not.toContain(secret);
});

test('secrets whose key is lost are removed when that key is named and it is asked for twice, and no others', async () => {
  const { sql } = flotilla.service;
  await discard(sql, source(), { yes: true }, printer);
  expect(said).toEqual(['Every secret can be opened; nothing was removed.']);
  const lost = pathOf(source());
  await addFirstKey(source());
  const both = await startedAgain();
  await both.set('Ada', identities[0] as SecretIdentity, new SecretValue('under the new key'));
  const [added = ''] = (await readFile(lost, 'utf8')).split('\n');
  const [, first] = (await readSecretKeys(source())) ?? [];
  await writeFile(lost, added);
  const [here] = (await readSecretKeys(source())) ?? [];
  await expect(startedAgain()).rejects.toThrow('4 secrets are encrypted with key');
  const refusals = [
    [{}, `There is no key ${first?.id} (of 4 secrets) in ${lost}. Bring back what is not lost`],
    [{ yes: true }, `There is no key ${first?.id} (of 4 secrets) in ${lost}. Bring back what is not lost`],
    [{ key: here?.id, yes: true }, `Key ${here?.id} is in ${lost}: its secrets can be opened, and stay.`],
    [{ key: 'f'.repeat(16), yes: true }, `No secret needs key ${'f'.repeat(16)}.`],
    [
      { key: first?.id },
      `4 secrets need key ${first?.id}, which is not in ${lost}. With --yes they are removed, for ever.`,
    ],
  ] as const;
  for (const [options, sentence] of refusals)
    await expect(discard(sql, source(), options, printer)).rejects.toThrow(sentence);
  expect(await sql`select from secrets`).toHaveLength(5);
  await discard(sql, source(), { key: first?.id, yes: true }, printer);
  expect(said.at(-1)).toBe('4 secrets were removed; set them anew.');
  const store = await startedAgain();
  expect((await store.open(identities[0] as SecretIdentity))?.reveal()).toBe('under the new key');
  expect(await store.open(identities[1] as SecretIdentity)).toBeUndefined();
});

test('who would remove what the service encrypts now is warned', async () => {
  const { sql } = flotilla.service;
  const [taken] = (await readSecretKeys(source())) ?? [];
  await writeFile(pathOf(source()), newKey());
  const warning = 'The replica that was started last has this key, and encrypts with it.';
  await expect(discard(sql, source(), { key: taken?.id }, printer)).rejects.toThrow(
    `${warning} With --yes they are removed, for ever.`,
  );
  await discard(sql, source(), { key: taken?.id, yes: true }, printer);
  expect(said).toEqual([`${warning} 5 secrets were removed; set them anew.`]);
});

test('keys of the environment are read as those of a file, and both at once are refused', async () => {
  const { url } = flotilla.database;
  const key = await readFile(pathOf(source()), 'utf8');
  const listed = (env: Record<string, string>) =>
    execa(process.execPath, [command, 'keys'], { env: { DATABASE_URL: url, ...env }, reject: false });
  const given = await listed({ FLOTILLA_SECRET_KEY: `${newKey()},${key}` });
  expect(given.stdout.split('\n').slice(1)).toEqual([
    expect.stringMatching(/ yes +no +0$/),
    expect.stringMatching(/ yes +yes +5$/),
  ]);
  expect(await listed({ FLOTILLA_SECRET_KEY: key, FLOTILLA_SECRET_KEY_FILE: 'x' })).toMatchObject({
    exitCode: 1,
    stderr: 'FLOTILLA_SECRET_KEY: is set beside FLOTILLA_SECRET_KEY_FILE; leave one of the two out',
  });
});
