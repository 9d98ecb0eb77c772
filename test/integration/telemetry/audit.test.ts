import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Definition } from '@flotilla/shared/definition/definition';
import { runnerProtocol } from '@flotilla/shared/protocol/version';
import type { AnyRouter } from '@trpc/server';
import { TRPCClientError } from '@trpc/client';
import { describe, expect, test } from 'vitest';
import { appRouter } from '../../../service/src/api/router.ts';
import { runnerRouter } from '../../../service/src/api/runnerRouter.ts';
import { createPairingCode } from '../../../service/src/auth/pairing.ts';
import { createToken, ensureUser } from '../../../service/src/auth/tokens.ts';
import { markConnected, prepareHost } from '../../../service/src/codeHosts/queries/connectingHost.ts';
import { storeDriftCheck } from '../../../service/src/campaigns/queries/driftOfCampaign.ts';
import type { Sql } from '../../../service/src/db/database.ts';
import { insertExecution } from '../../../service/src/executions/queries/insertExecution.ts';
import { insertJobs } from '../../../service/src/executions/queries/insertJobs.ts';
import { removeExecution } from '../../../service/src/executions/queries/removeExecution.ts';
import { auditDetails, type AuditEvent } from '../../../service/src/telemetry/audit.ts';
import { secretCommand } from '../../../service/src/secrets/command.ts';
import { readSecretKeys } from '../../../service/src/secrets/keySource.ts';
import { discard, rotate } from '../../../service/src/secrets/manageSecrets.ts';
import { openSecrets } from '../../../service/src/secrets/openSecrets.ts';
import { SecretValue } from '../../../service/src/secrets/secretValue.ts';
import { tokenCommand } from '../../../service/src/tokenCommand/command.ts';
import { create, pair, revoke } from '../../../service/src/tokenCommand/manageTokens.ts';
import { actionText, executionRequest, startExecution } from '../../support/actionText.ts';
import { changesetsOf, createCampaign, execute, template } from '../../support/campaigns.ts';
import { addFirstKey, newKey, pathOf } from '../../support/secretKeyFiles.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { testActor } from '../../support/tokens.ts';
import { untilSettled } from '../../support/untilSettled.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** A change that a person, a Runner or the service makes, and what the audit log says of it. */
interface Change {
  readonly event: AuditEvent;
  /** The actor; Ada makes the calls of the API. */
  readonly by?: string | RegExp;
  /** Brings about what is to be changed, and answers how it is changed; asked twice, it tries again. */
  readonly arrange: (flotilla: TestService) => Promise<() => Promise<unknown>>;
}

/** Why something that changes rows is no event of the audit log. */
type Unaudited = string;

const quiet = { out: () => undefined, say: () => undefined };
const anyName = /^.+$/;

async function started({ api }: TestService): Promise<{ executionId: number; jobId: number }> {
  const { id: executionId } = await startExecution(api);
  const [job] = await listJobs(api, executionId);
  if (job === undefined) throw new Error('the Execution has no Job');
  return { executionId, jobId: job.id };
}

async function cancelled(flotilla: TestService): Promise<{ executionId: number; jobId: number }> {
  const ids = await started(flotilla);
  await flotilla.api.executions.cancel.mutate({ executionId: ids.executionId });
  await untilSettled(flotilla);
  return ids;
}

/** An Execution that changed one of the two repositories, with all that hangs on its end done. */
async function ended(flotilla: TestService, text: string): Promise<number> {
  const executionId = await execute(flotilla, { one: { write: { 'README.md': text } } });
  await untilSettled(flotilla);
  return executionId;
}

/** A Campaign that has published nothing yet, so that the service does nothing for it by itself. */
async function campaign(flotilla: TestService): Promise<{ campaignId: number; changesetId: number }> {
  const executionId = await ended(flotilla, 'changed\n');
  const campaignId = await createCampaign(flotilla, executionId, { template: unpublished });
  const [changeset] = await changesetsOf(flotilla, campaignId);
  if (changeset === undefined) throw new Error('the Campaign has no Changeset');
  return { campaignId, changesetId: changeset.id };
}

const unpublished = { ...template, publish: 'none' } as const;

const ada = { id: 1, name: 'Ada', role: 'member', sees: 'all' } as const;
const elsewhere = { kind: 'gitea', location: 'https://192.0.2.7' };

/** A code host that nobody was told of, so that the service does not look at it by itself; and an admin. */
async function connectedHost(
  flotilla: TestService,
): Promise<{ readonly api: TestService['api']; readonly codeHostId: number }> {
  const { sql } = flotilla.service;
  const codeHostId = await prepareHost(sql, elsewhere);
  await markConnected(sql, ada, { id: codeHostId, name: 'elsewhere', settings: {} });
  const { api } = flotilla.connectEditor(await flotilla.createUserToken('Grace', 'admin'));
  return { api, codeHostId };
}

function helloOf(name: string) {
  return {
    protocol: runnerProtocol,
    name,
    instance: randomUUID(),
    version: '0.0.0',
    labels: [],
    capacity: 1,
    description: 'a test',
    attempts: [],
  };
}

const ofAttempts = 'what a Runner does with its own Attempts is in their rows';

const procedures: Readonly<Record<string, readonly Change[] | Unaudited>> = {
  'pairing.exchange': [
    {
      event: 'token.created',
      by: 'Grace',
      async arrange(flotilla) {
        const { sql } = flotilla.service;
        const user = await ensureUser(sql, testActor, 'Grace', 'admin');
        const code = await createPairingCode(sql, testActor, user.id);
        const { api } = flotilla.connectEditor(undefined);
        return () => api.pairing.exchange.mutate({ code, client: 'a test' });
      },
    },
  ],
  'repositories.sync': 'it looks at code hosts, and decides nothing',
  'repositories.fetch': 'so does this',
  'actions.save': [
    {
      event: 'action.saved',
      arrange: async ({ api }) => {
        const { requestKey: _key, repositories: _all, ...action } = executionRequest();
        return () => api.actions.save.mutate(action);
      },
    },
    {
      event: 'action.saved',
      async arrange({ api }) {
        const { requestKey: _key, repositories: _all, ...action } = executionRequest();
        await api.actions.save.mutate(action);
        return () => api.actions.save.mutate({ ...action, text: actionText({ description: 'another' }) });
      },
    },
  ],
  'executions.create': [
    {
      event: 'execution.started',
      // The statement that starts it: the call leaves a note for editors that it took the Execution back.
      async arrange({ api, service: { sql } }) {
        const { actionId, version } = await api.actions.save.mutate(executionRequest());
        const { targets } = await api.scopes.preview.query({ query: 'repo:' });
        const [row] = await sql<{ definition: Definition; user: string }[]>`
          select definition, created_by as user from action_versions`;
        if (row === undefined) throw new Error('the Action was not saved');
        const { definition, user } = row;
        const begun = await insertExecution(
          sql,
          {
            requestKey: randomUUID(),
            actionId,
            actionVersion: version,
            definition,
            createdBy: Number(user),
            request: { repositories: null },
          },
          { holder: 'a test', leaseMs: 600_000 },
        );
        if (begun === undefined) throw new Error('the Execution was not made');
        return () => insertJobs(sql, { begun, definition, userId: Number(user), fair: false, targets });
      },
    },
  ],
  'executions.cancel': [
    {
      event: 'execution.cancelled',
      async arrange(flotilla) {
        const { executionId } = await started(flotilla);
        return () => flotilla.api.executions.cancel.mutate({ executionId });
      },
    },
  ],
  'executions.pause': [
    {
      event: 'execution.paused',
      async arrange(flotilla) {
        const { executionId } = await started(flotilla);
        return () => flotilla.api.executions.pause.mutate({ executionId });
      },
    },
  ],
  'executions.resume': [
    {
      event: 'execution.resumed',
      async arrange(flotilla) {
        const { executionId } = await started(flotilla);
        await flotilla.api.executions.pause.mutate({ executionId });
        return () => flotilla.api.executions.resume.mutate({ executionId });
      },
    },
  ],
  'executions.rerun': [
    {
      event: 'execution.rerun',
      async arrange(flotilla) {
        const { executionId } = await cancelled(flotilla);
        const rerun = { executionId, scope: 'failed', requestKey: randomUUID() } as const;
        return () => flotilla.api.executions.rerun.mutate(rerun);
      },
    },
  ],
  'jobs.cancel': [
    {
      event: 'job.cancelled',
      async arrange(flotilla) {
        const { jobId } = await started(flotilla);
        return () => flotilla.api.jobs.cancel.mutate({ jobId });
      },
    },
  ],
  'jobs.rerun': [
    {
      event: 'job.rerun',
      async arrange(flotilla) {
        const { jobId } = await cancelled(flotilla);
        return () => flotilla.api.jobs.rerun.mutate({ jobId, requestKey: randomUUID() });
      },
    },
  ],
  'jobs.setIncluded': ([true, false] as const).map((included) => ({
    event: included ? 'job.included' : 'job.excluded',
    async arrange(flotilla) {
      const { jobId } = await started(flotilla);
      return () => flotilla.api.jobs.setIncluded.mutate({ jobId, path: null, included });
    },
  })),
  'codeHosts.try': 'it keeps nothing',
  'codeHosts.connect': [
    {
      event: 'codeHost.connected',
      // The statement that makes it be there: what is prepared before is seen by nobody.
      async arrange({ service: { sql } }) {
        const id = await prepareHost(sql, elsewhere);
        return () => markConnected(sql, ada, { id, name: 'elsewhere', settings: {} });
      },
    },
  ],
  'codeHosts.disconnect': [
    {
      event: 'codeHost.disconnected',
      by: 'Grace',
      async arrange(flotilla) {
        const { api, codeHostId } = await connectedHost(flotilla);
        return () => api.codeHosts.disconnect.mutate({ codeHostId });
      },
    },
  ],
  'codeHosts.replaceCredential': [
    {
      event: 'secret.set',
      by: 'Grace',
      async arrange(flotilla) {
        const { api, codeHostId } = await connectedHost(flotilla);
        return () => api.codeHosts.replaceCredential.mutate({ codeHostId, credential: 'another' });
      },
    },
  ],
  'campaigns.create': [
    {
      event: 'campaign.created',
      async arrange(flotilla) {
        const executionId = await ended(flotilla, 'changed\n');
        const more = { requestKey: randomUUID(), name: 'Change all', template: unpublished };
        return () => createCampaign(flotilla, executionId, more);
      },
    },
  ],
  'campaigns.update': [
    {
      event: 'campaign.updated',
      async arrange(flotilla) {
        const { api } = flotilla;
        const { campaignId } = await campaign(flotilla);
        const executionId = await ended(flotilla, 'changed otherwise\n');
        const { digest } = await api.campaigns.previewUpdate.query({ campaignId, executionId });
        return () => api.campaigns.update.mutate({ campaignId, executionId, digest });
      },
    },
  ],
  'campaigns.checkDrift': [
    {
      event: 'campaign.driftChecked',
      // The statement that notes it: the Execution before it has a row of its own.
      async arrange(flotilla) {
        const { campaignId } = await campaign(flotilla);
        const executionId = await ended(flotilla, 'changed otherwise\n');
        const { sql } = flotilla.service;
        return () => storeDriftCheck(sql, ada, { campaignId, executionId });
      },
    },
  ],
  'campaigns.close': [
    {
      event: 'campaign.closed',
      async arrange(flotilla) {
        const { campaignId } = await campaign(flotilla);
        return () => flotilla.api.campaigns.close.mutate({ campaignId, withChangesets: true });
      },
    },
  ],
  'changesets.decide': [
    {
      event: 'changeset.decided',
      async arrange(flotilla) {
        const { sql } = flotilla.service;
        const { changesetId } = await campaign(flotilla);
        const commit = 'f'.repeat(40);
        const reason = { kind: 'foreignCommits', commit };
        await sql`update changesets set state = 'held', reason = ${sql.json(reason)}`;
        return () => flotilla.api.changesets.decide.mutate({ changesetId, decision: 'overwrite', commit });
      },
    },
  ],
  'changesets.passGate': [
    {
      event: 'changeset.gatePassed',
      async arrange(flotilla) {
        const { sql } = flotilla.service;
        const { changesetId } = await campaign(flotilla);
        const reason = { kind: 'gate', findings: [{ kind: 'leftBehind', path: 'a.orig' }] };
        await sql`update changesets set state = 'held', reason = ${sql.json(reason)}`;
        const passed = { changesetIds: [changesetId], reason: 'It is a fixture.' };
        return () => flotilla.api.changesets.passGate.mutate(passed);
      },
    },
  ],
  'changesets.merge': [
    {
      event: 'changeset.wanted',
      async arrange(flotilla) {
        const { changesetId } = await campaign(flotilla);
        await flotilla.service.sql`update changesets set state = 'open', pull_request = '{"number": 1}'`;
        const changesetIds = [changesetId];
        return () => flotilla.api.changesets.merge.mutate({ changesetIds, method: 'squash', when: 'now' });
      },
    },
  ],
  'changesets.want': [
    {
      event: 'changeset.wanted',
      async arrange(flotilla) {
        const { changesetId } = await campaign(flotilla);
        const changesetIds = [changesetId];
        return () => flotilla.api.changesets.want.mutate({ changesetIds, wish: 'publish' });
      },
    },
  ],
  'runners.drain': [
    {
      event: 'runner.draining',
      async arrange(flotilla) {
        const { runnerId } = (await flotilla.connectRunner()).hello;
        return () => flotilla.api.runners.drain.mutate({ runnerId, drain: true });
      },
    },
    {
      event: 'runner.resumed',
      async arrange(flotilla) {
        const { runnerId } = (await flotilla.connectRunner()).hello;
        await flotilla.api.runners.drain.mutate({ runnerId, drain: true });
        return () => flotilla.api.runners.drain.mutate({ runnerId, drain: false });
      },
    },
  ],
  'runners.forget': [
    {
      event: 'runner.forgotten',
      async arrange(flotilla) {
        const { runnerId } = (await flotilla.connectRunner()).hello;
        await flotilla.service.sql`update runners set last_seen_at = now() - interval '1 hour'`;
        return () => flotilla.api.runners.forget.mutate({ runnerId });
      },
    },
  ],
  hello: [
    {
      event: 'runner.registered',
      by: 'a new one',
      async arrange(flotilla) {
        const { service } = await flotilla.connectRunner();
        return () => service.hello(helloOf('a new one'));
      },
    },
    {
      event: 'runner.registered',
      by: 'back again',
      async arrange(flotilla) {
        const { hello, service } = await flotilla.connectRunner({ name: 'back again' });
        await flotilla.service.sql`update runners set last_seen_at = now() - interval '1 hour'`;
        await flotilla.api.runners.forget.mutate({ runnerId: hello.runnerId });
        return () => service.hello(helloOf('back again'));
      },
    },
  ],
  claim: ofAttempts,
  heartbeat: ofAttempts,
  progress: ofAttempts,
  pinImage: ofAttempts,
  finish: ofAttempts,
  surrender: ofAttempts,
  release: ofAttempts,
};

const commands: Readonly<Record<string, readonly Change[] | Unaudited>> = {
  create: [
    {
      event: 'user.created',
      by: anyName,
      arrange: async ({ service: { sql } }) => {
        return () => create(sql, { scope: 'user', user: 'Grace' }, quiet);
      },
    },
    {
      event: 'token.created',
      by: anyName,
      arrange: async ({ service: { sql } }) => {
        return () => create(sql, { scope: 'runner' }, quiet);
      },
    },
  ],
  pair: [
    {
      event: 'pairingCode.created',
      by: anyName,
      async arrange({ service: { sql, config }, url }) {
        await ensureUser(sql, testActor, 'Grace', 'admin');
        return () => pair(sql, config, { user: 'Grace', url }, quiet);
      },
    },
  ],
  revoke: [
    {
      event: 'token.revoked',
      by: anyName,
      async arrange({ service: { sql } }) {
        const { id } = await createToken(sql, testActor, { scope: 'runner', label: 'of nobody' });
        return () => revoke(sql, id, quiet);
      },
    },
  ],
  list: 'it reads',
};

const secret = { ownerKind: 'codeHost', ownerKey: '1', name: 'token' };

async function withSecret({ service }: TestService): Promise<void> {
  await service.secrets.set(testActor, secret, new SecretValue('of nobody'));
}

const secretCommands: Readonly<Record<string, readonly Change[] | Unaudited>> = {
  rotate: [
    {
      event: 'secret.rotated',
      by: anyName,
      async arrange(flotilla) {
        await withSecret(flotilla);
        const { sql, config } = flotilla.service;
        await addFirstKey(config.secretKeys);
        await openSecrets(sql, config.secretKeys);
        return () => rotate(sql, config.secretKeys, quiet);
      },
    },
  ],
  discard: [
    {
      event: 'secret.removed',
      by: anyName,
      async arrange(flotilla) {
        await withSecret(flotilla);
        const { sql, config } = flotilla.service;
        const [lost] = (await readSecretKeys(config.secretKeys)) ?? [];
        await writeFile(pathOf(config.secretKeys), newKey());
        return () => discard(sql, config.secretKeys, { key: lost?.id, yes: true }, quiet);
      },
    },
  ],
  list: 'it reads',
  keys: 'so does this',
};

/** What features do for a person, whom they name. */
const ofFeatures: readonly Change[] = [
  {
    event: 'secret.set',
    by: testActor,
    arrange: async (flotilla) => () => withSecret(flotilla),
  },
  {
    event: 'secret.removed',
    by: testActor,
    async arrange(flotilla) {
      await withSecret(flotilla);
      return () => flotilla.service.secrets.remove(testActor, secret);
    },
  },
];

const byItself: readonly Change[] = [
  {
    event: 'execution.removed',
    by: 'flotilla',
    async arrange(flotilla) {
      const { sql } = flotilla.service;
      await cancelled(flotilla);
      await untilSettled(flotilla);
      await sql`update executions set ended_at = now() - interval '2 days'`;
      return () => removeExecution(sql, 1);
    },
  },
];

/** Refuses each row of an event from now on, as a table that cannot be written does; the result takes that back. */
async function refuse(sql: Sql, event: AuditEvent): Promise<() => Promise<unknown>> {
  await sql.unsafe(`alter table audit_events add constraint refused check (event <> '${event}') not valid`);
  return () => sql`alter table audit_events drop constraint refused`;
}

/** All rows of all tables. */
async function everything(sql: Sql): Promise<Map<string, unknown>> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' order by tablename`;
  const rows = new Map<string, unknown>();
  for (const { name } of tables) {
    rows.set(name, await sql`select to_jsonb(one) as row from ${sql(name)} as one order by 1`);
  }
  return rows;
}

/** Whether a change failed because its row of the audit log was refused; the API says no more than that it failed. */
function isRefusal(error: unknown): boolean {
  if (error instanceof TRPCClientError) {
    return (error.data as { code?: string } | null)?.code === 'INTERNAL_SERVER_ERROR';
  }
  return error instanceof Error && 'constraint_name' in error && error.constraint_name === 'refused';
}

const audited = (table: Readonly<Record<string, readonly Change[] | Unaudited>>) =>
  Object.entries(table).flatMap(([name, changes]) =>
    typeof changes === 'string' ? [] : changes.map((change) => ({ name, ...change })),
  );
const all = [
  ...audited(procedures),
  ...audited(commands).map((change) => ({ ...change, name: `npm run token -- ${change.name}` })),
  ...audited(secretCommands).map((change) => ({ ...change, name: `npm run secret -- ${change.name}` })),
  ...ofFeatures.map((change) => ({ ...change, name: 'a feature' })),
  ...byItself.map((change) => ({ ...change, name: 'the service by itself' })),
];

describe('a change whose row in the audit log cannot be written does not happen:', () => {
  test.each(all)('$event by $name', async ({ event, by = 'Ada', arrange }) => {
    await using flotilla = await testService({
      repositories: (folder) => makeRepositories(folder, ['one', 'two']),
    });
    const { sql } = flotilla.service;
    const change = await arrange(flotilla);
    const allow = await refuse(sql, event);
    const before = await everything(sql);
    await expect(change()).rejects.toSatisfy(isRefusal);
    expect(await everything(sql)).toEqual(before);
    await allow();
    const [last] = await sql<{ id: string }[]>`select coalesce(max(id), 0) as id from audit_events`;
    await change();
    const written = await sql<{ actor: string; details: Record<string, unknown> }[]>`
      select actor, details from audit_events where event = ${event} and id > ${last?.id ?? 0}`;
    expect(written).toHaveLength(1);
    expect(written[0]?.actor).toMatch(by);
    expect(new Set(Object.keys(written[0]?.details ?? {}))).toEqual(new Set(auditDetails[event]));
  });
});

describe('whoever adds something that changes rows says here what the audit log has of it:', () => {
  const mutationsOf = (router: AnyRouter) =>
    Object.entries(router._def.procedures as Record<string, { _def: { type: string } }>)
      .filter(([, procedure]) => procedure._def.type === 'mutation')
      .map(([path]) => path);

  test('a procedure', () => {
    const mutations = [...mutationsOf(appRouter), ...mutationsOf(runnerRouter)];
    expect(new Set(Object.keys(procedures))).toEqual(new Set(mutations));
  });

  test.each([
    ['token', tokenCommand(), commands],
    ['secret', secretCommand(), secretCommands],
  ])('a command of npm run %s', (_name, command, table) => {
    const names = command.commands.map((subcommand) => subcommand.name());
    expect(new Set(Object.keys(table))).toEqual(new Set(names));
  });

  test('and each event of it is tried', () => {
    expect(new Set(all.map(({ event }) => event))).toEqual(new Set(Object.keys(auditDetails)));
  });
});
