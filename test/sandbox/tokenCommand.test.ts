import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectUser, pair } from '../../scripts/launch/serviceClient.ts';
import { startRunner } from '../../scripts/launch/runnerProgram.ts';
import { startService, type ServiceProgram } from '../../scripts/launch/serviceProgram.ts';
import { connect } from '../../service/src/db/database.ts';
import { standardPostgresFolder } from '../../service/src/config.ts';
import { findRunningPostgres } from '../../service/src/db/embedded/runningPostgres.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { waitFor } from '../support/waitFor.ts';

const command = fileURLToPath(new URL('../../service/src/tokenCommand.ts', import.meta.url));
const resources = new AsyncDisposableStack();
let folder: TemporaryFolder;
let service: ServiceProgram;

beforeAll(async () => {
  folder = resources.use(await temporaryFolder());
  // As root Postgres runs as a user of its own, who has to get through.
  await chmod(folder.path, 0o711);
  service = resources.use(await startService({ dataFolder: join(folder.path, 'data') }));
});
afterAll(() => resources.disposeAsync());

/** Runs the command as a program beside the running service. */
function token(...args: readonly string[]) {
  return execa(process.execPath, [command, ...args], {
    reject: false,
    env: { FLOTILLA_DATA: join(folder.path, 'data') },
  });
}

/** Hears the topics that programs publish to the replicas of the service. */
async function listenForHints(): Promise<{ readonly heard: string[] } & AsyncDisposable> {
  const postgres = await findRunningPostgres(standardPostgresFolder(join(folder.path, 'data')));
  if (postgres === undefined) throw new Error('the Postgres of the service does not run');
  const connections = connect(postgres.url, { max: 1 });
  const heard: string[] = [];
  await connections.sql.listen('flotilla_hints', (payload) => {
    heard.push(...payload.split(' ').slice(1));
  });
  return { heard, [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose]() };
}

test('a token for a user is printed to standard output alone, and connects', async () => {
  const made = await token('create', '--scope', 'user', '--user', 'ada', '--role', 'reader');
  expect(made.exitCode).toBe(0);
  expect(made.stdout).toMatch(/^flotilla_user_[\w-]{43}$/);
  expect(made.stderr).toContain('of ada (reader)');
  await using client = connectUser(service.url, made.stdout);
  expect((await client.api.server.info.query()).user).toEqual({ name: 'ada', role: 'reader' });
});

test('a token in a file can be read by its maker only, and lets a runner in', async () => {
  const file = join(folder.path, 'runner.token');
  const made = await token('create', '--scope', 'runner', '--label', 'build 1', '--out', file);
  expect({ code: made.exitCode, out: made.stdout }).toEqual({ code: 0, out: '' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const user = await token('create', '--scope', 'user');
  await using client = connectUser(service.url, user.stdout);
  await using _runner = startRunner({
    serverUrl: service.url,
    token: { file },
    stateFolder: join(folder.path, 'runner'),
  });
  await waitFor('the runner to be online', async () => {
    return (await client.api.server.info.query()).runnersOnline === 1;
  });
  const again = await token('create', '--scope', 'runner', '--out', file);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toBe(`${file} exists already; name another file.`);
  expect(await readFile(file, 'utf8')).toMatch(/^flotilla_runner_[\w-]{43}\n$/);
});

test('a revoked token cuts its open connection off at once, and is refused from then on', async () => {
  const made = await token('create', '--scope', 'user', '--user', 'grace');
  const id = /^Token (\d+) /.exec(made.stderr)?.[1] ?? '';
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/trpc?connectionParams=1`);
  const closed = new Promise<number>((resolve) =>
    socket.addEventListener('close', (event) => resolve(event.code)),
  );
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  socket.send(JSON.stringify({ method: 'connectionParams', data: { token: made.stdout } }));
  socket.send(JSON.stringify({ id: 1, method: 'query', params: { path: 'server.info' } }));
  const answer = await new Promise<MessageEvent<string>>((resolve) => {
    socket.addEventListener('message', resolve, { once: true });
  });
  expect(JSON.parse(answer.data)).toMatchObject({ result: { data: { user: { name: 'grace' } } } });

  await using ear = await listenForHints();
  expect((await token('revoke', id)).exitCode).toBe(0);
  expect(await closed).toBe(4401);
  // The service looks every five seconds besides; that it need not wait is what the hint is for.
  expect(ear.heard).toContain('tokens');
  await using client = connectUser(service.url, made.stdout);
  await expect(client.api.server.info.query()).rejects.toThrow('unknown or revoked');

  const again = await token('revoke', id);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toBe(`There is no live token ${id}; \`npm run token -- list\` shows them.`);
  expect((await token('list')).stdout).not.toContain('grace');
  expect((await token('list', '--all')).stdout).toMatch(new RegExp(`^${id} +user +grace +member `, 'm'));
});

test('a new connect URL connects an editor once', async () => {
  const made = await token('pair', '--user', 'linus', '--role', 'member');
  const [, url = '', code = ''] = /^(http:.*)\/connect\?code=(.*)$/.exec(made.stdout) ?? [];
  expect(url).toBe(service.url);
  await using client = await pair(url, code, 'a test');
  expect((await client.api.server.info.query()).user.name).toBe('linus');
  await expect(pair(url, code, 'a test')).rejects.toThrow('was used before');
});

test.each([
  [['create'], "Required option '--scope <scope>' not specified"],
  [
    ['create', '--scope', 'robot'],
    "Option '--scope <scope>' argument 'robot' is invalid. Allowed choices are user, runner.",
  ],
  [
    ['create', '--scope', 'runner', '--user', 'ada'],
    'A runner token belongs to no user: leave --user and --role out.',
  ],
  [
    ['revoke', 'seven'],
    "Command-argument value 'seven' is invalid for argument 'id'. It is not a number of the list.",
  ],
  [['revoke', '4711'], 'There is no live token 4711; `npm run token -- list` shows them.'],
  [
    ['pair', '--url', 'nowhere'],
    "Option '--url <url>' argument 'nowhere' is invalid. It is not an http:// or https:// URL.",
  ],
])('%j is refused in one sentence', async (args, sentence) => {
  const refused = await token(...args);
  expect({ code: refused.exitCode, out: refused.stdout, says: refused.stderr }).toEqual({
    code: 1,
    out: '',
    says: sentence,
  });
});

test('without a running service the command says what to start', async () => {
  const elsewhere = join(folder.path, 'elsewhere');
  const refused = await execa(process.execPath, [command, 'list'], {
    reject: false,
    env: { FLOTILLA_DATA: elsewhere },
  });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toBe(
    `The service does not run with the data folder ${elsewhere}: start it with \`npm start\`, or name its folder in FLOTILLA_DATA or its database in DATABASE_URL.`,
  );
});
