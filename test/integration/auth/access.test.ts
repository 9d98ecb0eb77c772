import { createTRPCUntypedClient, createWSClient, wsLink, type TRPCUntypedClient } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appRouter } from '../../../service/src/api/router.ts';
import { runnerRouter } from '../../../service/src/api/runnerRouter.ts';
import { revokeToken } from '../../../service/src/auth/tokens.ts';
import { createApp } from '../../../service/src/http/app.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { editorRights, routeRights, runnerRights, type Caller, type Place } from '../../support/rights.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { testActor } from '../../support/tokens.ts';
import { waitFor } from '../../support/waitFor.ts';

let flotilla: TestService;
beforeAll(async () => {
  flotilla = await testService();
});
afterAll(() => flotilla[Symbol.asyncDispose]());

type Kind = 'query' | 'mutation' | 'subscription';

/** Every procedure of a router, by its path. */
function proceduresOf(router: AnyRouter): Map<string, Kind> {
  const procedures = router._def.procedures as Record<string, { _def: { type: Kind } }>;
  return new Map(Object.entries(procedures).map(([path, procedure]) => [path, procedure._def.type]));
}

interface Connection extends AsyncDisposable {
  readonly client: TRPCUntypedClient<AnyRouter>;
}

function connect(endpoint: '/trpc' | '/runner', token: string | undefined): Connection {
  const socket = createWSClient({
    url: `${flotilla.url.replace(/^http/, 'ws')}${endpoint}`,
    ...(token === undefined ? {} : { connectionParams: { token } }),
    // A refused socket is not opened again.
    retryDelayMs: () => 60_000,
  });
  return {
    client: createTRPCUntypedClient({ links: [wsLink({ client: socket })] }),
    [Symbol.asyncDispose]: () => socket.close(),
  };
}

/**
 * Calls a procedure with an input that no procedure takes: who may not call it never gets so far. Resolves when it is
 * answered, or, as a subscription, open.
 */
function call({ client }: Connection, path: string, kind: Kind): Promise<unknown> {
  const input = { nobody: 'takes this' };
  if (kind === 'query') return client.query(path, input);
  if (kind === 'mutation') return client.mutation(path, input);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  client.subscription(path, input, { onStarted: resolve, onError: reject });
  return promise;
}

const editorProcedures = proceduresOf(appRouter);
const runnerProcedures = proceduresOf(runnerRouter);

/** How each procedure answers with a token: the class of its refusal, `answered`, or `open` for a subscription. */
async function codesOf(
  endpoint: '/trpc' | '/runner',
  token: string | undefined,
): Promise<Map<string, string>> {
  await using connection = connect(endpoint, token);
  const codes = new Map<string, string>();
  for (const [path, kind] of endpoint === '/trpc' ? editorProcedures : runnerProcedures) {
    // Some take no input, and so answer whoever may call them.
    const code = await call(connection, path, kind).then(
      () => 'answered',
      async (error: unknown) => (await refusalOfCall(Promise.reject(error))).code,
    );
    codes.set(path, code);
  }
  return codes;
}

const wrongToken = 'flotilla_user_wrong';
const callers: readonly (readonly [string, Caller, () => Promise<string | undefined>])[] = [
  ['without a token', 'stranger', async () => undefined],
  ['with a wrong token', 'stranger', async () => wrongToken],
  ["with a runner's token", 'runner', async () => flotilla.runnerToken],
  ["with a reader's token", 'reader', () => flotilla.createUserToken('Rea', 'reader')],
  ["with a member's token", 'member', async () => flotilla.userToken],
  ["with an admin's token", 'admin', () => flotilla.createUserToken('Grace', 'admin')],
];
const people: readonly Caller[] = ['reader', 'member', 'admin'];

/** How a procedure of the editors answers a caller who may not call it; undefined for one who may. */
function refusalFor(caller: Caller, who: Caller): string | undefined {
  if (who === 'stranger') return undefined;
  if (!people.includes(caller)) return 'UNAUTHORIZED';
  return people.indexOf(caller) < people.indexOf(who) ? 'FORBIDDEN' : undefined;
}

describe('who may call what:', () => {
  test('each procedure says it', () => {
    expect(new Set(Object.keys(editorRights))).toEqual(new Set(editorProcedures.keys()));
    expect(new Set(Object.keys(runnerRights))).toEqual(new Set(runnerProcedures.keys()));
  });

  test('nothing that changes something is for readers', () => {
    const changing = [...editorProcedures].filter(([, kind]) => kind === 'mutation').map(([path]) => path);
    expect(changing.filter((path) => editorRights[path]?.who === 'reader')).toEqual([]);
  });

  test.each(callers)('%s what is for others is refused (%s)', async (_name, caller, token) => {
    const expected = Object.entries(editorRights).map(([path, { who }]) => [path, refusalFor(caller, who)]);
    const codes = [...(await codesOf('/trpc', await token()))].map(([path, code]) => [
      path,
      code === 'UNAUTHORIZED' || code === 'FORBIDDEN' ? code : undefined,
    ]);
    expect(Object.fromEntries(codes)).toEqual(Object.fromEntries(expected));
  });

  test.each(callers.filter(([, caller]) => caller !== 'runner'))(
    '%s nothing of the runners answers',
    async (_name, _caller, token) => {
      const codes = await codesOf('/runner', await token());
      expect(new Set(codes.values())).toEqual(new Set(['UNAUTHORIZED']));
    },
  );

  test('a runner that has not said hello can say nothing else', async () => {
    const codes = await codesOf('/runner', flotilla.runnerToken);
    const expected = Object.entries(runnerRights).map(([path, when]) => [
      path,
      when === 'before its hello' ? 'BAD_REQUEST' : 'PRECONDITION_FAILED',
    ]);
    expect(Object.fromEntries(codes)).toEqual(Object.fromEntries(expected));
  });

  test('a reader is told which role is missing', async () => {
    const { api } = flotilla.connectEditor(await flotilla.createUserToken('Rea', 'reader'));
    expect(await refusalOfCall(api.repositories.sync.mutate())).toMatchObject({
      flotilla: 'role.refused',
      message: 'Rea is a reader here; starting and changing things needs the role member.',
    });
  });
});

/** What each route of {@link routeRights} is asked for; it need not be there. */
const nowhere: Place = {
  repositoryId: 1,
  jobId: 1,
  attemptIds: [1, 1],
  tree: 'a'.repeat(40),
  path: 'x',
  waitingJobId: 1,
  changesetId: 1,
};

describe('the HTTP routes', () => {
  const answer = (line: string, authorization?: string) => {
    const [method = ''] = line.split(' ');
    return fetch(`${flotilla.url}${routeRights[line]?.path(nowhere) ?? ''}`, {
      method,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(method === 'POST' ? { 'content-type': 'application/octet-stream' } : {}),
      },
      ...(method === 'POST' ? { body: 'x' } : {}),
    });
  };
  const lines = Object.entries(routeRights).map(([line, { who }]) => [line, who] as const);

  test('are those that say who may ask, and no others', async () => {
    const app = createApp(flotilla.service);
    await app.ready();
    expect(new Set(Object.keys(routeRights))).toEqual(new Set(routesOf(app.printRoutes())));
    await app.close();
  });

  test.each(lines)('%s is for: %s', async (line, who) => {
    const isFor = async (token: string | undefined) =>
      (await answer(line, token === undefined ? undefined : `Bearer ${token}`)).status !== 401;
    const isOpen = who === 'stranger';
    expect(await isFor(undefined)).toBe(isOpen);
    for (const token of [wrongToken, flotilla.runnerToken]) {
      expect(await isFor(token)).toBe(isOpen);
      const basic = Buffer.from(`attempt-1:${token}`).toString('base64');
      expect((await answer(line, `Basic ${basic}`)).status !== 401).toBe(isOpen);
    }
    expect(await isFor(flotilla.userToken)).toBe(who !== 'lease');
  });
});

/** The routes of Fastify's own drawing of them, each as method and path. */
function routesOf(drawing: string): string[] {
  const above: string[] = [];
  return drawing.split('\n').flatMap((line) => {
    const drawn = /^(.*?)── (\S+)(?: \(([^)]*)\))?$/.exec(line);
    if (drawn === null) return [];
    const [, indent = '', part = '', methods] = drawn;
    const depth = Math.floor(indent.length / 4);
    above.length = depth;
    above.push(part);
    const path = above.join('');
    return (methods?.split(', ') ?? []).filter((one) => one !== 'HEAD').map((one) => `${one} ${path}`);
  });
}

describe('a token that is revoked', () => {
  const revoke = async (label: string) => {
    const { sql, hints } = flotilla.service;
    const [row] = await sql`select id from access_tokens where label = ${label}`;
    await revokeToken(sql, testActor, Number(row?.['id']));
    hints.publish('tokens');
  };

  test('closes its open sockets at once, and opens none', async () => {
    const token = await flotilla.createUserToken('Mallory', 'member');
    let closedBy: number | undefined;
    const socket = createWSClient({
      url: `${flotilla.url.replace(/^http/, 'ws')}/trpc`,
      connectionParams: { token },
      retryDelayMs: () => 60_000,
      onClose: (cause) => (closedBy = cause?.code),
    });
    const client = createTRPCUntypedClient({ links: [wsLink({ client: socket })] });
    await client.query('server.info');
    const others = flotilla.api.server.info.query();
    await revoke('Mallory');
    // Well before the five seconds after which revoked tokens are looked for without a hint.
    await waitFor('the socket to be closed', () => closedBy === 4401, { timeoutMs: 3000 });
    await socket.close();
    expect(await others).toMatchObject({ user: { name: 'Ada' } });
    expect((await refusalOfCall(flotilla.connectEditor(token).api.server.info.query())).flotilla).toBe(
      'token.refused',
    );
    const read = await fetch(`${flotilla.url}/attempts/1/patch`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(read.status).toBe(401);
  });

  test('closes them also on another replica', async () => {
    await using other = await testService({
      database: flotilla.database,
      repositoriesFolder: flotilla.repositoriesFolder,
    });
    const token = await other.createUserToken('Trudy', 'member');
    const { api } = other.connectEditor(token);
    await api.server.info.query();
    await revoke('Trudy');
    const refusal = await waitFor('the other replica to refuse the token', () =>
      // A call that is under way when the socket is closed fails without a refusal.
      refusalOfCall(api.server.info.query()).catch(() => undefined),
    );
    expect(refusal.message).toContain('This needs a user token');
  });

  test('cannot be revoked again, and says what lists them', async () => {
    await expect(revokeToken(flotilla.service.sql, testActor, 999_999)).rejects.toThrow(
      'There is no live token 999999; `npm run token -- list` shows them.',
    );
  });
});

test('a token and what it belongs to are stored by its hash', async () => {
  const rows = await flotilla.service.sql`select hash from access_tokens`;
  for (const { hash } of rows) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});
