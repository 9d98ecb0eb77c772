import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pair } from '../../scripts/launch/serviceClient.ts';
import { standardPostgresFolder } from '../../service/src/config.ts';
import { startEmbeddedPostgres } from '../../service/src/db/embedded/embeddedPostgres.ts';
import { findRunningPostgres } from '../../service/src/db/embedded/runningPostgres.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';
import { waitFor } from '../support/waitFor.ts';

const program = fileURLToPath(new URL('../../scripts/start.ts', import.meta.url));
const resources = new AsyncDisposableStack();
let folder: TemporaryFolder;

beforeAll(async () => {
  folder = resources.use(await temporaryFolder());
  // As root Postgres runs as a user of its own, who has to get through.
  await chmod(folder.path, 0o711);
});
afterAll(() => resources.disposeAsync());

/** `npm start` as a program, on a data folder of this name. */
function start(name: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const dataFolder = join(folder.path, name);
  const child = execa(process.execPath, [program, ...args], {
    all: true,
    reject: false,
    stdin: 'ignore',
    env: {
      FLOTILLA_DATA: dataFolder,
      FLOTILLA_PORT: '0',
      FLOTILLA_REPOSITORIES: folder.path,
      FLOTILLA_DURABLE: 'false',
      ...env,
    },
  });
  let output = '';
  child.all.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    child,
    dataFolder,
    output: () => output,
    /** Waits until it has printed something that matches, and returns the groups. */
    printed: (what: RegExp) =>
      waitFor(
        `npm start to print ${String(what)}`,
        () => what.exec(output) ?? (child.exitCode === null ? undefined : fail(output)),
      ),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await child;
    },
  };
}

function fail(output: string): never {
  throw new Error(`npm start ended before:\n${output}`);
}

test('service and runner start together, an editor connects, and Ctrl-C ends both in order', async () => {
  await using started = start('together');
  const [, url = '', code = ''] = await started.printed(/(http:\S+)\/connect\?code=(\S+)/);
  await using client = await pair(url, code, 'a test');
  await waitFor(
    'the runner to be online',
    async () => (await client.api.server.info.query()).runnersOnline === 1,
  );
  started.child.kill('SIGINT');
  expect((await started.child).exitCode).toBe(0);
  const [runnerStops, serviceStops] = [/runner .*finishing/, /service .*stopping/].map((what) =>
    started.output().search(what),
  );
  expect(runnerStops).toBeGreaterThan(0);
  expect(serviceStops).toBeGreaterThan(runnerStops ?? Infinity);
  expect(await findRunningPostgres(standardPostgresFolder(started.dataFolder))).toBeUndefined();
});

test('a second start on the same data folder is refused, and harms the first in nothing', async () => {
  await using first = start('same', ['--no-runner']);
  const [, url] = await first.printed(/is at (http:\S+)/);
  await using second = start('same', ['--no-runner']);
  expect((await second.child).exitCode).toBe(1);
  expect(second.output()).toMatch(
    /^The service could not start: Another service \(process \d+\) works in \S+\. End that one, or give this one a folder of its own in FLOTILLA_DATA\.\n$/,
  );
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true });
});

test('a port that is taken is named', async () => {
  await using first = start('holder', ['--no-runner']);
  const [, port = ''] = await first.printed(/is at http:\S+:(\d+)/);
  await using second = start('latecomer', ['--no-runner'], { FLOTILLA_PORT: port });
  expect((await second.child).exitCode).toBe(1);
  expect(second.output()).toBe(
    `The service could not start: Port ${port} of 127.0.0.1 is taken by another program. Set FLOTILLA_PORT to a free one, or to 0 for any.\n`,
  );
});

test('when the service dies, that is said and the rest ends, its Postgres too', async () => {
  await using started = start('killed');
  await started.printed(/connected to the service/);
  const { pid } = JSON.parse(await readFile(join(started.dataFolder, 'service.json'), 'utf8')) as {
    pid: number;
  };
  process.kill(pid, 'SIGKILL');
  expect((await started.child).exitCode).toBe(1);
  expect(started.output()).toContain('the service ended by itself (SIGKILL), so the rest ends too.');
  expect(await findRunningPostgres(standardPostgresFolder(started.dataFolder))).toBeUndefined();
});

test('with DATABASE_URL the runner of this machine gets its token too', async () => {
  await using server = await startEmbeddedPostgres({ folder: join(folder.path, 'server'), durable: false });
  await using started = start('elsewhere', [], { DATABASE_URL: server.url });
  await started.printed(/runner .*connected to the service/);
  started.child.kill('SIGINT');
  expect((await started.child).exitCode).toBe(0);
});

test('without a Docker Engine the service goes on, and the sentence says how', async () => {
  await using started = start('dockerless', [], { DOCKER_HOST: 'tcp://127.0.0.1:1' });
  await started.printed(/is at http/);
  expect(started.output()).toContain(
    'No Docker Engine answers at DOCKER_HOST=tcp://127.0.0.1:1: start it, or unset DOCKER_HOST.\n' +
      'The service runs without a runner: `npm run runner` starts one, here or on another machine.\n',
  );
});

test.each([
  [['--no-runer'], {}, "Unknown option '--no-runer'\n(Did you mean --no-runner?)\n"],
  [[], { FLOTILLA_PORT: 'http' }, 'FLOTILLA_PORT: Invalid input: expected number, received NaN\n'],
])('%j with %j is refused in one sentence', async (args, env, sentence) => {
  await using refused = start('refused', args, env);
  expect((await refused.child).exitCode).toBe(1);
  expect(refused.output()).toBe(sentence);
});
