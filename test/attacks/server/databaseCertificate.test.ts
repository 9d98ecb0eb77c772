import { chown, copyFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { startProgram, type Program } from '../../../scripts/launch/program.ts';
import { startService } from '../../../scripts/launch/serviceProgram.ts';
import { certificateTrouble } from '../../../service/src/db/certificateTrouble.ts';
import { connect } from '../../../service/src/db/database.ts';
import { startEmbeddedPostgres } from '../../../service/src/db/embedded/embeddedPostgres.ts';
import { ensurePostgresUser } from '../../../service/src/db/embedded/postgresUser.ts';
import { migrate } from '../../../service/src/db/migrate.ts';
import { isTransientDatabaseError } from '../../../service/src/db/transientErrors.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { openEditor } from '../../support/testService.ts';
import { userToken } from '../../support/tokens.ts';
import { waitFor } from '../../support/waitFor.ts';
import { certificateMaker, type Certificate } from '../support/certificates.ts';

/** Whoever answers in the database's place has a certificate of some kind; these are theirs, and the right one. */
type Kind =
  | 'right'
  | 'self-signed'
  | 'of a stranger'
  | 'for another name'
  | 'for another address'
  | 'expired'
  | 'of a client';

let folder: string;
/** Of the database, which runs as a user of its own. */
let serverFolder: string;
let postgresUrl: string;
let authority: Certificate;
let certificates: Record<Kind, Certificate>;
beforeAll(async () => {
  await using resources = new AsyncDisposableStack();
  folder = resources.use(await temporaryFolder()).path;
  serverFolder = resources.use(await temporaryFolder()).path;
  const make = certificateMaker(folder);
  authority = await make({ file: 'authority', names: '' });
  const stranger = await make({ file: 'stranger', names: '' });
  const names = 'DNS:localhost,IP:127.0.0.1';
  certificates = {
    right: await make({ file: 'right', names, authority }),
    'self-signed': await make({ file: 'self-signed', names }),
    'of a stranger': await make({ file: 'of-a-stranger', names, authority: stranger }),
    'for another name': await make({ file: 'another-name', names: 'DNS:db.example.com', authority }),
    // For an address the name "localhost" must not do.
    'for another address': await make({
      file: 'another-address',
      names: 'DNS:localhost,IP:127.0.0.2',
      authority,
    }),
    expired: await make({ file: 'expired', names, authority, expired: true }),
    'of a client': await make({ file: 'client', names, authority, usage: 'clientAuth' }),
  };
  const postgres = resources.use(await startEmbeddedPostgres({ folder: serverFolder, durable: false }));
  postgresUrl = postgres.url;
  await migrate(postgresUrl);
  const owned = resources.move();
  return () => owned.disposeAsync();
});

/** Lets the database show a certificate, to connections that are made from now on. */
async function show(kind: Kind): Promise<void> {
  const shown = { certificate: join(serverFolder, 'shown.pem'), key: join(serverFolder, 'shown.key') };
  const user = await ensurePostgresUser();
  for (const part of ['certificate', 'key'] as const) {
    await copyFile(certificates[kind][part], shown[part]);
    await chmod(shown[part], 0o600);
    if (user !== undefined) await chown(shown[part], user.uid, user.gid);
  }
  await using connections = connect(postgresUrl, { max: 1 });
  const { sql } = connections;
  await sql.unsafe(`alter system set ssl_cert_file = '${shown.certificate}'`);
  await sql.unsafe(`alter system set ssl_key_file = '${shown.key}'`);
  await sql`alter system set ssl = on`;
  const [before] = await sql<{ at: string }[]>`select pg_conf_load_time()::text as at`;
  await sql`select pg_reload_conf()`;
  await waitFor('the certificate to be loaded', async () => {
    await using fresh = connect(postgresUrl, { max: 1 });
    const [now] = await fresh.sql<{ at: string }[]>`select pg_conf_load_time()::text as at`;
    return now?.at !== before?.at;
  });
}

function databaseUrl(parameters: string): string {
  return `${postgresUrl}?${parameters}`;
}

function startAlone(url: string): Program {
  return startProgram({
    name: 'the service',
    file: new URL('../../../service/src/main.ts', import.meta.url),
    env: {
      FLOTILLA_DATA: join(folder, 'alone'),
      FLOTILLA_PORT: '0',
      FLOTILLA_LOG_LEVEL: 'error',
      DATABASE_URL: url,
    },
  });
}

test.each<[Kind, string, string]>([
  ['self-signed', 'verify-full', 'is signed by nobody but itself'],
  ['of a stranger', 'verify-full', 'is signed by an authority that is not known'],
  ['for another name', 'verify-full', 'is for another name'],
  ['for another address', 'verify-full', 'is for another name'],
  ['expired', 'verify-full', 'has expired'],
  ['of a client', 'verify-full', 'is not meant for servers'],
  ['self-signed', 'require', 'is signed by nobody but itself'],
  ['expired', 'verify-ca', 'has expired'],
])(
  'a database with a certificate %s, asked with sslmode=%s, is not spoken with',
  async (kind, mode, trouble) => {
    await show(kind);
    await using connections = connect(databaseUrl(`sslmode=${mode}&sslrootcert=${authority.certificate}`), {
      max: 1,
    });
    const error = await connections.sql`select 1`.catch((caught: unknown) => caught);
    expect(certificateTrouble(error)).toBe(trouble);
    expect(isTransientDatabaseError(error)).toBe(true);
  },
);

test.each<[Kind, string]>([
  ['right', 'verify-full'],
  ['right', 'require'],
  ['for another name', 'verify-ca'],
  ['self-signed', 'no-verify'],
])(
  'a database with a certificate %s, asked with sslmode=%s, is spoken with under TLS',
  async (kind, mode) => {
    await show(kind);
    await using connections = connect(databaseUrl(`sslmode=${mode}&sslrootcert=${authority.certificate}`), {
      max: 1,
    });
    const spoken = await connections.sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    expect(spoken).toEqual([{ ssl: true }]);
  },
);

test('a start with a database that cannot be trusted ends with one sentence, without its password', async () => {
  await show('self-signed');
  const url = databaseUrl(`sslmode=verify-full&sslrootcert=${authority.certificate}`);
  await using program = startAlone(url);
  expect((await program.exited).exitCode).toBe(1);
  const last = program.output().trimEnd().split('\n').at(-1);
  expect(last).toBe(
    'The service could not start: The database cannot be trusted: its certificate is signed by nobody but itself. Name the certificate of its authority in DATABASE_URL (sslrootcert=FILE), and the server by the name in its own.',
  );
  expect(program.output()).not.toContain(new URL(url).password);
});

test('without the authority the right certificate is not one', async () => {
  await show('right');
  await using connections = connect(databaseUrl('sslmode=require'), { max: 1 });
  const error = await connections.sql`select 1`.catch((caught: unknown) => caught);
  expect(certificateTrouble(error)).toBe('is signed by an authority that is not known');
});

test('a service whose database shows a wrong certificate later refuses its calls in a sentence, and goes on after', async () => {
  await show('right');
  await using service = await startService({
    dataFolder: join(folder, 'running'),
    databaseUrl: databaseUrl(`sslmode=verify-full&sslrootcert=${authority.certificate}`),
  });
  await using connections = connect(postgresUrl, { max: 1 });
  const { sql } = connections;
  await using editor = openEditor(service.url, await userToken(sql, 'Ada', 'member'));
  await editor.api.server.info.query();
  const [spoken] = await sql<{ ssl: boolean }[]>`
    select bool_or(ssl) as ssl from pg_stat_ssl join pg_stat_activity using (pid)
    where application_name = 'flotilla' and pid <> pg_backend_pid()`;
  expect(spoken?.ssl).toBe(true);

  await show('self-signed');
  const cut = () => sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name like 'flotilla%' and pid <> pg_backend_pid()`;
  await cut();
  // The first ones may still meet the end of their connections.
  await waitFor('a call to be refused for the certificate', async () => {
    const { message } = await refusalOfCall(editor.api.server.info.query());
    return message.includes('cannot be trusted: its certificate is signed by nobody but itself');
  });

  await show('right');
  await waitFor('calls to be answered again', () =>
    editor.api.server.info.query().then(
      () => true,
      () => false,
    ),
  );
  expect(service.hasExited()).toBe(false);
});
