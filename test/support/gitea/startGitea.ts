import { randomUUID } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../freePort.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { waitFor } from '../waitFor.ts';
import { GiteaSite, type Person } from './giteaSite.ts';
import { giteaConfiguration } from './giteaConfiguration.ts';
import { giteaUser, requireGitea, runGitea } from './giteaProgram.ts';

/** A Gitea of its own, with nothing in it but an administrator. Disposing ends it with all that it has. */
export interface Gitea extends AsyncDisposable {
  readonly site: GiteaSite;
}

/**
 * Starts a real Gitea on loopback. Where the environment names one (`FLOTILLA_TEST_GITEA_URL`, and `FLOTILLA_TEST_GITEA_TOKEN` of an
 * administrator of it), that one is used: it must be one that can be thrown away.
 */
export async function startGitea(): Promise<Gitea> {
  const { FLOTILLA_TEST_GITEA_URL: url, FLOTILLA_TEST_GITEA_TOKEN: token } = process.env;
  if (url === undefined) return startOwn();
  if (token === undefined)
    throw new Error(
      'FLOTILLA_TEST_GITEA_URL names a Gitea: FLOTILLA_TEST_GITEA_TOKEN has to be a token for it.',
    );
  const site = await GiteaSite.open(url.replace(/\/+$/, ''), token);
  return { site, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function startOwn(): Promise<Gitea> {
  const built = await requireGitea();
  const user = await giteaUser();
  await using resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await temporaryFolder());
  const port = await freePort();
  const configuration = join(folder, 'app.ini');
  const place = { folder, port, user: user.name, staticFolder: built.staticFolder };
  await writeFile(configuration, giteaConfiguration(place), { mode: 0o600 });
  await mkdir(join(folder, 'repositories'));
  if (user.ids !== undefined)
    for (const path of [folder, configuration, join(folder, 'repositories')])
      await chown(path, user.ids.uid, user.ids.gid);

  const server = runGitea(built, user, { configuration, folder }, ['web']);
  let said = '';
  server.all.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-16_384)));
  let isEnded = false;
  const ended = server.then(() => (isEnded = true));
  // What it has is thrown away: nothing has to be finished.
  resources.defer(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  await waitFor('Gitea to answer', async () => {
    if (isEnded) throw new Error(`Gitea has ended:\n${said}`);
    return (await fetch(`${url}/api/v1/version`).catch(() => undefined))?.ok;
  });
  const admin = await makeAdministrator((args) => runGitea(built, user, { configuration, folder }, args));
  const site = await GiteaSite.open(url, admin.token);
  const owned = resources.move();
  return { site, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** By Gitea's own command, as people do. */
async function makeAdministrator(
  run: (
    args: readonly string[],
  ) => PromiseLike<{ readonly exitCode?: number | undefined; readonly all: unknown }>,
): Promise<Pick<Person, 'token'>> {
  const args = [
    'admin',
    'user',
    'create',
    '--admin',
    '--username',
    'flotilla',
    '--email',
    'flotilla@example.org',
  ];
  const { exitCode, all } = await run([
    ...args,
    `--password=${randomUUID()}`,
    '--must-change-password=false',
    '--access-token',
    '--access-token-name=tests',
    '--access-token-scopes=all',
  ]);
  const [, token] = /\b([0-9a-f]{40})\b/.exec(String(all)) ?? [];
  if (exitCode !== 0 || token === undefined)
    throw new Error(`Gitea made no administrator (exit code ${exitCode}):\n${String(all)}`);
  return { token };
}
