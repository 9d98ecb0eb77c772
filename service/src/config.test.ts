import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

test('without variables the service listens on loopback, with the intervals of the design', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 7420,
    repositories: [],
    defaultImage: 'ubuntu:24.04',
    databaseUrl: undefined,
    durable: true,
    localRunner: true,
    jobTimeoutSeconds: 3600,
    heartbeatMs: 5000,
    leaseMs: 30_000,
    janitorMs: 5000,
    stopGraceMs: 10_000,
    statementMs: 30_000,
    logLimitBytes: 100 * 1024 * 1024,
  });
});

test('every variable reaches its place; folders become absolute', () => {
  const env = {
    FLOTILLA_DATA: 'data',
    FLOTILLA_SHARED: 'shared',
    FLOTILLA_POSTGRES_DATA: 'postgres',
    FLOTILLA_HOST: '0.0.0.0',
    FLOTILLA_PORT: '0',
    FLOTILLA_ALLOWED_ORIGINS: 'https://code.example, https://code.example:8443',
    FLOTILLA_REPOSITORIES: 'repositories',
    FLOTILLA_DEFAULT_IMAGE: 'debian:13',
    FLOTILLA_SECRET_KEY_FILE: 'keys',
    DATABASE_URL: 'postgres://user@db.example.org/flotilla',
    FLOTILLA_GATE_FILES: '7',
    FLOTILLA_GATE_LINES: '8',
    FLOTILLA_GATE_PATHS: '.github/**, *.lock',
    FLOTILLA_LOCAL_HOSTS: 'true',
    FLOTILLA_DURABLE: 'false',
    FLOTILLA_LOCAL_RUNNER: 'true',
    FLOTILLA_LOG_LEVEL: 'debug',
    FLOTILLA_JOB_TIMEOUT_SECONDS: '60',
    FLOTILLA_FAIRNESS: 'owner',
    FLOTILLA_HEARTBEAT_MS: '500',
    FLOTILLA_LEASE_MS: '3000',
    FLOTILLA_JANITOR_MS: '501',
    FLOTILLA_CLAIM_POLL_MS: '200',
    FLOTILLA_STOP_GRACE_MS: '1000',
    FLOTILLA_UNREADY_MS: '100',
    FLOTILLA_FAREWELL_MS: '1001',
    FLOTILLA_LOG_LIMIT_BYTES: '4096',
    FLOTILLA_SYNC_MS: '7000',
    FLOTILLA_HOUSEKEEPING_MS: '8000',
    FLOTILLA_KEEP_LOGS_DAYS: '30',
    FLOTILLA_KEEP_PATCHES_DAYS: '0',
    FLOTILLA_KEEP_EXECUTIONS_DAYS: '730',
  };
  expect(readConfig(env)).toEqual({
    dataFolder: resolve('data'),
    sharedFolder: resolve('shared'),
    postgresFolder: resolve('postgres'),
    host: '0.0.0.0',
    port: 0,
    allowedOrigins: ['https://code.example', 'https://code.example:8443'],
    repositories: [{ name: null, folder: resolve('repositories') }],
    defaultImage: 'debian:13',
    secretKeys: { kind: 'file', path: resolve('keys') },
    databaseUrl: 'postgres://user@db.example.org/flotilla',
    gates: { mostFiles: 7, mostLines: 8, forbiddenPaths: ['.github/**', '*.lock'] },
    localHosts: true,
    durable: false,
    localRunner: true,
    logLevel: 'debug',
    jobTimeoutSeconds: 60,
    fairness: 'owner',
    heartbeatMs: 500,
    leaseMs: 3000,
    janitorMs: 501,
    claimPollMs: 200,
    stopGraceMs: 1000,
    unreadyMs: 100,
    farewellMs: 1001,
    statementMs: 30_000,
    logLimitBytes: 4096,
    syncMs: 7000,
    housekeepingMs: 8000,
    keepLogsDays: 30,
    keepPatchesDays: 0,
    keepExecutionsDays: 730,
  });
});

test('several folders of repositories have names', () => {
  expect(readConfig({ FLOTILLA_REPOSITORIES: 'work=repos,other=/srv/other' }).repositories).toEqual([
    { name: 'work', folder: resolve('repos') },
    { name: 'other', folder: '/srv/other' },
  ]);
});

test('a runner on this machine gets a token unless Postgres is elsewhere', () => {
  expect(readConfig({ DATABASE_URL: 'postgres://db.example.org/flotilla' }).localRunner).toBe(false);
});

test.each([
  ['FLOTILLA_PORT', 'many'],
  ['FLOTILLA_PORT', '70000'],
  ['FLOTILLA_ALLOWED_ORIGINS', 'code.example'],
  ['FLOTILLA_ALLOWED_ORIGINS', 'https://code.example/'],
  ['FLOTILLA_DATA', ''],
  ['FLOTILLA_REPOSITORIES', ''],
  ['FLOTILLA_REPOSITORIES', 'a=/srv/a,a=/srv/b'],
  ['DATABASE_URL', 'mysql://db.example.org/flotilla'],
  ['FLOTILLA_LOG_LEVEL', 'loud'],
  ['FLOTILLA_LEASE_MS', '5'],
  ['FLOTILLA_JOB_TIMEOUT_SECONDS', '0'],
  // Above what a timer of the runner can wait.
  ['FLOTILLA_JOB_TIMEOUT_SECONDS', String(30 * 24 * 3600)],
])('%s=%j is refused by a line that names the variable', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name}: .+$`));
});

test('each wrong variable gets a line of its own', () => {
  expect(() => readConfig({ FLOTILLA_PORT: '-1', FLOTILLA_LOG_LEVEL: 'loud' })).toThrow(
    /^FLOTILLA_PORT: .+\nFLOTILLA_LOG_LEVEL: .+$/,
  );
});

test('the keys of secrets are in a file of the folder that replicas share, unless one of two variables says otherwise', () => {
  expect(readConfig({ FLOTILLA_DATA: '/data', FLOTILLA_SHARED: '/shared' }).secretKeys).toEqual({
    kind: 'made',
    path: '/shared/secret.key',
  });
  const { secretKeys } = readConfig({ FLOTILLA_SECRET_KEY: 'hunter2' });
  expect(secretKeys.kind === 'given' && secretKeys.keys.reveal()).toBe('hunter2');
  expect(JSON.stringify(secretKeys)).not.toContain('hunter2');
  expect(() => readConfig({ FLOTILLA_SECRET_KEY: 'hunter2', FLOTILLA_SECRET_KEY_FILE: '/keys' })).toThrow(
    /^FLOTILLA_SECRET_KEY: is set beside FLOTILLA_SECRET_KEY_FILE; leave one of the two out$/,
  );
});
