import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig, runnerName } from './config.ts';

const token = { FLOTILLA_RUNNER_TOKEN: 'flotilla_runner_x' };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a token is all that a runner needs to be told', () => {
  expect(readConfig(token)).toMatchObject({
    serverUrl: 'http://127.0.0.1:7420',
    token: 'flotilla_runner_x',
    labels: [],
  });
});

test('the token may be in a file, whose line end does not count', async () => {
  const path = join(folder, 'token');
  await writeFile(path, 'flotilla_runner_y\n');
  expect(readConfig({ FLOTILLA_RUNNER_TOKEN_FILE: path }).token).toBe('flotilla_runner_y');
});

test('addresses, labels and limits are taken as they are meant', () => {
  const config = readConfig({
    ...token,
    FLOTILLA_SERVER_URL: 'https://flotilla.example.org/',
    FLOTILLA_RUNNER_LABELS: ' gpu, ,arm64 ',
    FLOTILLA_RUNNER_CAPACITY: '3',
    FLOTILLA_JOB_MEMORY_MIB: '64',
    FLOTILLA_JOB_CPUS: '0.5',
    FLOTILLA_JOB_PIDS: '100',
  });
  expect(config).toMatchObject({
    serverUrl: 'https://flotilla.example.org',
    labels: ['gpu', 'arm64'],
    capacity: 3,
    limits: { memoryBytes: 64 * 1024 * 1024, cpus: 0.5, processes: 100 },
  });
});

test.each([
  ['FLOTILLA_SERVER_URL', 'ws://localhost'],
  ['FLOTILLA_RUNNER_CAPACITY', '0'],
  ['FLOTILLA_JOB_MEMORY_MIB', 'lots'],
  ['FLOTILLA_JOB_CPUS', '0'],
  ['FLOTILLA_LOG_LEVEL', 'loud'],
])('%s=%j is refused by a line that names the variable', (name, value) => {
  expect(() => readConfig({ ...token, [name]: value })).toThrow(new RegExp(`^${name}: .+$`));
});

test('a drain time that no timer can wait for is refused, because it would end at once', () => {
  const drainSecondsOf = (value: string) =>
    readConfig({ ...token, FLOTILLA_RUNNER_DRAIN_SECONDS: value }).drainSeconds;
  expect(drainSecondsOf('2147483')).toBe(2_147_483);
  expect(() => drainSecondsOf('2147484')).toThrow(
    'FLOTILLA_RUNNER_DRAIN_SECONDS: must be at most 2147483, which is 24 days',
  );
});

test('without a token a runner says how one is made', () => {
  expect(() => readConfig({})).toThrow(/^FLOTILLA_RUNNER_TOKEN: a runner needs a token: `npm run token/);
});

test('a token file that is not there is named', () => {
  const path = join(folder, 'none');
  expect(() => readConfig({ FLOTILLA_RUNNER_TOKEN_FILE: path })).toThrow(
    `FLOTILLA_RUNNER_TOKEN_FILE: ${path} cannot be read`,
  );
});

test('a mask file has a value on each line, and one that cannot be hidden is refused by its line', async () => {
  const path = join(folder, 'masked');
  await writeFile(path, 'first value\r\n\n  second\n');
  expect(readConfig({ ...token, FLOTILLA_MASK_FILE: path }).masked).toEqual(['first value', 'second']);
  await writeFile(path, 'first value\n\nabc\n');
  expect(() => readConfig({ ...token, FLOTILLA_MASK_FILE: path })).toThrow(
    `FLOTILLA_MASK_FILE: line 3 of ${path} has less than 4 bytes, which cannot be hidden`,
  );
  const none = join(folder, 'none');
  expect(() => readConfig({ ...token, FLOTILLA_MASK_FILE: none })).toThrow(
    `FLOTILLA_MASK_FILE: ${none} cannot be read`,
  );
});

test('a runner without a name makes one from the host and keeps it with its state folder', async () => {
  const config = readConfig({ ...token, FLOTILLA_RUNNER_STATE: join(folder, 'state') });
  const name = await runnerName(config);
  expect(name).toMatch(new RegExp(`^${hostname()}-[0-9a-f]{6}$`));
  expect(await runnerName(config)).toBe(name);
  expect(await runnerName({ ...config, name: 'given' })).toBe('given');
});
