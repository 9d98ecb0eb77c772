import { chmod, chown, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService } from '../../../scripts/launch/serviceProgram.ts';
import { pair } from '../../../scripts/launch/serviceClient.ts';
import { standardPostgresFolder } from '../../../service/src/config.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporaryFolder.ts';
import { testDatabase } from '../../support/testDatabase.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  // As root Postgres runs as a user of its own, who has to get through.
  await chmod(folder.path, 0o711);
});
afterAll(() => folder[Symbol.asyncDispose]());

/** What a service on that folder says instead of starting. */
async function refusal(dataFolder: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  await using database = await testDatabase();
  const starting = startService({ dataFolder, databaseUrl: database.url, env });
  return starting.then(
    async (service) => {
      await service[Symbol.asyncDispose]();
      return 'it started';
    },
    (error: Error) => error.message,
  );
}

test('a data folder that others may enter is refused, and says what to do', async () => {
  const open = join(folder.path, 'open');
  await mkdir(open, { mode: 0o755 });
  expect(await refusal(open)).toContain(
    `${open} is open to other users of this machine (its mode is 755), and what is kept in it is not for them. Run chmod 700 ${open}, or name another folder in FLOTILLA_DATA.`,
  );
  expect(await readdir(open)).toEqual([]);
});

test('so is a shared one', async () => {
  const shared = join(folder.path, 'shared');
  await mkdir(shared);
  await chmod(shared, 0o770);
  expect(await refusal(join(folder.path, 'beside'), { FLOTILLA_SHARED: shared })).toContain(
    `Run chmod 700 ${shared}, or name another folder in FLOTILLA_SHARED.`,
  );
});

test.runIf(process.getuid?.() === 0)('a data folder of another user is refused', async () => {
  const foreign = join(folder.path, 'foreign');
  await mkdir(foreign, { mode: 0o700 });
  await chown(foreign, 12_345, 12_345);
  expect(await refusal(foreign)).toContain(`${foreign} belongs to user 12345`);
});

test('the Postgres of an earlier version, which was below the data folder, goes on where it lives now', async () => {
  const dataFolder = join(folder.path, 'earlier');
  const start = () => startService({ dataFolder, env: { FLOTILLA_DURABLE: 'false' } });
  const postgresFolder = standardPostgresFolder(dataFolder);
  const earlier = join(dataFolder, 'postgres');
  let token: string;
  {
    await using service = await start();
    await using client = await pair(service.url, service.pairingCode ?? '', 'a test');
    ({ token } = client);
  }
  if (postgresFolder !== earlier) {
    await rename(postgresFolder, earlier);
    // An empty folder, made ahead by whoever read the documentation, is no database.
    await mkdir(postgresFolder, { mode: 0o700 });
  }
  await chmod(earlier, 0o755);
  await using service = await start();
  expect(service.pairingCode).toBeUndefined();
  const answer = await fetch(`${service.url}/attempts/1/patch`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(404);
  for (const each of [dataFolder, postgresFolder]) expect((await stat(each)).mode & 0o777).toBe(0o700);
});
