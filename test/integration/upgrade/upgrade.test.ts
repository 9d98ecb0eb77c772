import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { openClient } from '../../../service/src/db/client.ts';
import { applyMigrations, schemaNumber } from '../../../service/src/db/migrate.ts';
import { startExecution } from '../../support/actionText.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { testDatabase } from '../../support/testDatabase.ts';
import { testService } from '../../support/testService.ts';
import { answersOf, type Answers } from '../../support/upgrade/answers.ts';
import { makeUpgradeRepositories } from '../../support/upgrade/makeRows.ts';

const migrations = fileURLToPath(new URL('../../../migrations/', import.meta.url));
const fixtureOf = (schema: number, file: string) =>
  fileURLToPath(new URL(`../../fixtures/upgrade/schema${schema}/${file}`, import.meta.url));

/** Schemas whose services left something behind; one is added for each that is released. */
const schemas = [6] as const;

test.each(schemas)(
  'what a service of schema %i left behind is read by one of today as it was, and goes on',
  async (schema) => {
    await using folder = await temporaryFolder();
    const repositoriesFolder = join(folder.path, 'repositories');
    const sharedFolder = join(folder.path, 'shared');
    await mkdir(sharedFolder, { mode: 0o700 });
    await execa('tar', [
      '--extract',
      '--file',
      fixtureOf(schema, 'shared.tar.xz'),
      '--directory',
      sharedFolder,
    ]);
    await using database = await testDatabase({ migrated: false });
    await loadRows(database.url, schema, { repositoriesFolder, folder: folder.path });

    await using flotilla = await testService({
      database,
      sharedFolder,
      repositories: makeUpgradeRepositories,
      repositoriesFolder,
      config: { keepLogsDays: 0, keepPatchesDays: 0 },
    });
    const before = JSON.parse(await readFile(fixtureOf(schema, 'answers.json'), 'utf8')) as Answers;
    const now = await answersOf(flotilla);
    // What the test itself made comes after.
    expect({
      ...now,
      tokens: now.tokens.slice(0, before.tokens.length),
      audit: now.audit.slice(0, before.audit.length),
    }).toEqual(before);

    // What waited is claimed, and a new version follows the earlier ones.
    await using runner = await flotilla.connectRunner({ labels: ['gpu'] });
    const waiting = now.executions.find(({ actionName }) => actionName === 'wait');
    expect((await runner.claim(10)).map(({ executionId }) => executionId)).toContain(waiting?.id);
    expect((await startExecution(flotilla.api, { name: 'bump' })).actionVersion).toBe(3);
  },
);

test.each([
  [
    ['/a/repos', '/b/repos', '/c/repos-2'],
    ['repos', 'repos-2-2', 'repos-2'],
  ],
  [
    ['/a/repos', '/b/repos', '/c/repos-2', '/d/repos-2-2', '/e/repos-2', '/', '/f/'],
    ['repos', 'repos-2-2-2', 'repos-2', 'repos-2-2', 'repos-2-5', 'repositories', 'repositories-7'],
  ],
])(
  'code hosts of schema 6 in %j are named after their folders, each by a name of its own',
  async (locations, names) => {
    await using folder = await temporaryFolder();
    await using database = await testDatabase({ migrated: false });
    const client = openClient(database.url, { max: 1 });
    try {
      await applyMigrations(client, await earlierMigrations(folder.path, 6));
      for (const location of locations)
        await client`insert into code_hosts (kind, location) values ('directory', ${location})`;
      await applyMigrations(client, migrations);
      const hosts = await client<{ name: string }[]>`select name from code_hosts order by id`;
      expect(hosts.map(({ name }) => name)).toEqual(names);
    } finally {
      await client.end();
    }
  },
);

/** Makes a database of an earlier schema, with the rows that were in one. */
async function loadRows(
  url: string,
  schema: number,
  place: { readonly folder: string; readonly repositoriesFolder: string },
): Promise<void> {
  expect(schema).toBeLessThan(schemaNumber);
  const client = openClient(url, { max: 1 });
  try {
    await applyMigrations(client, await earlierMigrations(place.folder, schema));
    await client.unsafe(await readFile(fixtureOf(schema, 'rows.sql'), 'utf8'));
    // The service that left this had its repositories in the folder where they are now.
    await client`update code_hosts set location = ${place.repositoriesFolder}`;
  } finally {
    await client.end();
  }
}

/** A folder with the migrations up to a schema: the first one made schema 1. */
async function earlierMigrations(parent: string, schema: number): Promise<string> {
  const folder = join(parent, `migrations${schema}`);
  await cp(migrations, folder, { recursive: true });
  const path = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(path, 'utf8')) as { entries: unknown[] };
  await writeFile(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, schema) }));
  return folder;
}
