import { createTRPCUntypedClient, createWSClient, wsLink, type TRPCUntypedClient } from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appRouter } from '../../../service/src/api/router.ts';
import { runnerRouter } from '../../../service/src/api/runnerRouter.ts';
import { revokeToken } from '../../../service/src/auth/tokens.ts';
import { createApp } from '../../../service/src/http/app.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { testService, type TestService } from '../../support/testService.ts';
import { testActor } from '../../support/tokens.ts';
import { waitFor } from '../../support/waitFor.ts';

let flotilla: TestService;
let readerToken: string;
beforeAll(async () => {
  flotilla = await testService();
  readerToken = await flotilla.createUserToken('Rea', 'reader');
});
afterAll(() => flotilla[Symbol.asyncDispose]());

type Kind = 'query' | 'mutation' | 'subscription';

/** Every procedure of a router, by its path. */
function proceduresOf(router: AnyRouter): [string, Kind][] {
  const procedures = router._def.procedures as Record<string, { _def: { type: Kind } }>;
  return Object.entries(procedures).map(([path, procedure]) => [path, procedure._def.type]);
}

interface Caller extends AsyncDisposable {
  readonly client: TRPCUntypedClient<AnyRouter>;
}

function connect(endpoint: '/trpc' | '/runner', token: string | undefined): Caller {
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
function call({ client }: Caller, path: string, kind: Kind): Promise<unknown> {
  const input = { nobody: 'takes this' };
  if (kind === 'query') return client.query(path, input);
  if (kind === 'mutation') return client.mutation(path, input);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  client.subscription(path, input, { onStarted: resolve, onError: reject });
  return promise;
}

const editorProcedures = proceduresOf(appRouter);
const runnerProcedures = proceduresOf(runnerRouter);
const paths = (procedures: readonly [string, Kind][]) => procedures.map(([path]) => path);
/** The only one that answers without a token. */
const open = 'pairing.exchange';

/** The class of the refusal that each procedure meets with a token. */
async function codesOf(
  endpoint: '/trpc' | '/runner',
  token: string | undefined,
): Promise<Map<string, string>> {
  await using caller = connect(endpoint, token);
  const codes = new Map<string, string>();
  for (const [path, kind] of endpoint === '/trpc' ? editorProcedures : runnerProcedures) {
    // Some take no input, and so answer whoever may call them.
    const code = await call(caller, path, kind).then(
      () => 'answered',
      async (error: unknown) => (await refusalOfCall(Promise.reject(error))).code,
    );
    codes.set(path, code);
  }
  return codes;
}

describe('who may call what:', () => {
  const wrong = 'flotilla_user_wrong';
  test.each([
    ['no token', () => undefined],
    ['a wrong token', () => wrong],
    ["a runner's token", () => flotilla.runnerToken],
  ])('with %s nothing of the editors answers but the exchange of a pairing code', async (_case, token) => {
    const codes = await codesOf('/trpc', token());
    expect(codes.get(open)).toBe('BAD_REQUEST');
    codes.delete(open);
    expect([...codes]).toEqual(
      paths(editorProcedures)
        .filter((path) => path !== open)
        .map((path) => [path, 'UNAUTHORIZED']),
    );
  });

  test.each([
    ['no token', () => undefined],
    ['a wrong token', () => wrong],
    ["a member's token", () => flotilla.userToken],
  ])('with %s nothing of the runners answers', async (_case, token) => {
    expect([...(await codesOf('/runner', token()))]).toEqual(
      paths(runnerProcedures).map((path) => [path, 'UNAUTHORIZED']),
    );
  });

  test('a runner that has not said hello can say nothing else', async () => {
    const codes = await codesOf('/runner', flotilla.runnerToken);
    expect(codes.get('hello')).toBe('BAD_REQUEST');
    codes.delete('hello');
    expect(new Set(codes.values())).toEqual(new Set(['PRECONDITION_FAILED']));
  });

  test('a reader may look at everything and change nothing', async () => {
    const codes = await codesOf('/trpc', readerToken);
    for (const [path, kind] of editorProcedures) {
      if (path === open) continue;
      const code = codes.get(path);
      expect([path, code === 'FORBIDDEN', code === 'UNAUTHORIZED']).toEqual([
        path,
        kind === 'mutation' || path === 'work.list',
        false,
      ]);
    }
    const { api } = flotilla.connectEditor(readerToken);
    expect(await refusalOfCall(api.repositories.sync.mutate())).toMatchObject({
      flotilla: 'role.refused',
      message: 'Rea is a reader here; starting and changing things needs the role member.',
    });
  });

  test('a member may call everything', async () => {
    const codes = await codesOf('/trpc', flotilla.userToken);
    expect([...codes.values()].filter((code) => code === 'FORBIDDEN' || code === 'UNAUTHORIZED')).toEqual([]);
  });
});

describe('the HTTP routes', () => {
  /** Whoever adds a route says here who it answers. */
  const routes: readonly { line: string; method: string; path: string; without: number }[] = [
    { line: '/healthz', method: 'GET', path: '/healthz', without: 200 },
    { line: '/readyz', method: 'GET', path: '/readyz', without: 200 },
    { line: '/connect', method: 'GET', path: '/connect', without: 200 },
    { line: '/attempts/:id/:stream', method: 'POST', path: '/attempts/1/log?offset=0', without: 401 },
    { line: '/attempts/:id/base', method: 'GET', path: '/attempts/1/base', without: 401 },
    { line: '/attempts/:id/patch', method: 'GET', path: '/attempts/1/patch', without: 401 },
    {
      line: '/attempts/:id/patch/included',
      method: 'GET',
      path: '/attempts/1/patch/included',
      without: 401,
    },
    {
      line: '/contents',
      method: 'GET',
      path: `/contents?repository=1&tree=${'a'.repeat(40)}&path=x`,
      without: 401,
    },
    // Says only which headers a browser may send.
    { line: '/*', method: 'OPTIONS', path: '/contents', without: 204 },
  ];

  test('are these and no others', async () => {
    const app = createApp(flotilla.service);
    await app.ready();
    expect(app.printRoutes()).toMatchInlineSnapshot(`
      "└── /
          ├── healthz (GET, HEAD)
          ├── readyz (GET, HEAD)
          ├── con
          │   ├── nect (GET, HEAD)
          │   └── tents (GET, HEAD)
          ├── attempts/
          │   └── :id
          │       └── /
          │           ├── patch (GET, HEAD)
          │           │   └── /included (GET, HEAD)
          │           ├── base (GET, HEAD)
          │           └── :stream (POST)
          └── * (OPTIONS)
      "
    `);
    await app.close();
  });

  const answer = (method: string, path: string, authorization?: string) =>
    fetch(`${flotilla.url}${path}`, {
      method,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(method === 'POST' ? { 'content-type': 'application/octet-stream' } : {}),
      },
      ...(method === 'POST' ? { body: 'x' } : {}),
    });

  test.each(routes)('$method $line answers $without without a token', async ({ method, path, without }) => {
    expect((await answer(method, path)).status).toBe(without);
  });

  test.each(routes.filter((route) => route.without === 401))(
    '$method $line answers 401 to a wrong token and to a runner token',
    async ({ method, path }) => {
      for (const token of ['flotilla_user_wrong', flotilla.runnerToken]) {
        expect((await answer(method, path, `Bearer ${token}`)).status).toBe(401);
        const basic = Buffer.from(`attempt-1:${token}`).toString('base64');
        expect((await answer(method, path, `Basic ${basic}`)).status).toBe(401);
      }
    },
  );
});

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
    await using other = await testService({ database: flotilla.database });
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
