import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { CodeHost } from '../../../service/src/codeHosts/codeHost.ts';
import { gitea } from '../../../service/src/codeHosts/gitea/kind.ts';
import { HostError } from '../../../service/src/codeHosts/hostError.ts';
import { SecretValue } from '../../../service/src/secrets/secretValue.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Hostile extends AsyncDisposable {
  readonly host: CodeHost;
  /** What was asked for, as it came. */
  readonly asked: readonly string[];
}

const secret = 'a-very-secret-token';

/** What says that it is a Gitea, and answers as a test says. */
async function hostile(answer: Answer): Promise<Hostile> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const location = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credential = () => Promise.resolve(new SecretValue(secret));
  return {
    host: gitea.open(location, {}, { hostId: 0, credential }),
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const json =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_request, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(value));

async function refusalOf(call: Promise<unknown>): Promise<HostError> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HostError)) throw error;
  expect(error.message).not.toContain(secret);
  return error;
}

const repository = {
  id: 1,
  full_name: 'team/web',
  html_url: 'http://gitea/team/web',
  default_branch: 'main',
  empty: false,
  archived: false,
  fork: false,
  private: false,
  updated_at: '2026-01-01T00:00:00Z',
};
const pullRequest = {
  number: 7,
  html_url: 'http://gitea/team/web/pulls/7',
  title: 'Title',
  body: 'Body',
  state: 'closed',
  merged: false,
  mergeable: false,
  merged_at: null,
  closed_at: null,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  merge_commit_sha: null,
  user: { login: 'ada' },
  labels: [],
  assignees: null,
  requested_reviewers: null,
  head: { label: 'x', ref: 'x', sha: 'a'.repeat(40), repo_id: 1 },
  base: { label: 'main', ref: 'main', sha: 'b'.repeat(40), repo_id: 1 },
};
const ref = { externalId: '1', name: 'team/web' };

test.each<[string, Answer]>([
  ['a page of a proxy', (_request, response) => void response.end('<html>Sign in</html>')],
  ['nothing', (_request, response) => void response.end()],
  ['another kind of thing', json({ message: 'hello' })],
  ['a list of something else', json([{ id: 'x' }])],
  ['a list with a hole', json([repository, null])],
  ['a negative id', json([{ ...repository, id: -1 }])],
  ['a time that is none', json([{ ...repository, updated_at: 'yesterday' }])],
  ['half of an answer', (_request, response) => void response.end('[{"id": 1, "full_na')],
])('a list that is %s is no list, and nothing is taken for gone', async (_what, answer) => {
  await using there = await hostile(answer);
  expect(await refusalOf(there.host.list())).toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('answered something else than a Gitea does'),
  });
});

test.each<[string, Answer]>([
  [
    'an answer without an end',
    (_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 'x');
      const more = (): void =>
        void (response.write(chunk) ? setImmediate(more) : response.once('drain', more));
      response.writeHead(200);
      more();
    },
  ],
  [
    'a small answer that unpacks to a large one',
    (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    },
  ],
])('%s is read no further than it may be', async (_what, answer) => {
  await using there = await hostile(answer);
  expect(await refusalOf(there.host.list())).toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('answered with more than'),
  });
});

test('an answer that never comes ends with whoever waits for it', async () => {
  const arrived = Promise.withResolvers<void>();
  await using there = await hostile(() => arrived.resolve());
  const leaving = new AbortController();
  const listing = there.host.list(leaving.signal);
  await arrived.promise;
  leaving.abort(new Error('the service stops'));
  await expect(listing).rejects.toThrow('the service stops');
});

test.each(['../../admin', 'a/..', '-x/web', 'team/-web', 'team/we\u0000b', 'team/\u202ebew', 'team//web'])(
  'a repository called %j is listed with a reason, and not worked with',
  async (name) => {
    await using there = await hostile(
      json([{ ...repository, full_name: name }], 200, { 'x-total-count': '1' }),
    );
    const { repositories } = await there.host.list();
    expect(repositories).toMatchObject([{ reason: expect.stringMatching(/^its name/) }]);
  },
);

test('names stand in addresses as what they are', async () => {
  await using there = await hostile(json({ message: 'not found' }, 404));
  const odd = { externalId: '1/../../user', name: 'a b/c#d?e=%2e%2e' };
  expect(await there.host.look(odd)).toBeUndefined();
  await there.host.pullRequests?.find(odd, { headRef: 'refs/heads/x/#1?y', baseRef: 'refs/heads/main' });
  expect(there.asked).toEqual([
    'GET /api/v1/repositories/1%2F..%2F..%2Fuser',
    'GET /api/v1/repos/a%20b/c%23d%3Fe%3D%252e%252e/pulls/main/x/%231%3Fy',
  ]);
});

test('what others wrote can be stored and shown', async () => {
  const text = 'a\u0000b\ud800c';
  await using there = await hostile(
    json({ ...pullRequest, title: text, body: text, user: { login: text }, labels: [{ name: text }] }),
  );
  const wanted = { repository: ref, number: 7, externalId: null };
  const found: unknown[] = [];
  for await (const [, one] of there.host.pullRequests?.read([wanted]) ?? []) found.push(one);
  const shown = 'a\ufffdb\ufffdc';
  expect(found).toMatchObject([{ title: shown, body: shown, author: shown, labels: [shown] }]);
});

test('its words are quoted without what could not be seen, and cut', async () => {
  const message = `\u001b[31mno\u202e\n\n  more ${'x'.repeat(10_000)}`;
  await using there = await hostile(json({ message }, 403));
  const { message: said, code } = await refusalOf(there.host.list());
  expect(code).toBe('forbidden');
  expect(said).toContain('([31mno more xxx');
  expect(said.length).toBeLessThan(500);
});

test.each<[number, Readonly<Record<string, string>>, object]>([
  [401, {}, { code: 'credential', retry: 'backOff' }],
  [403, {}, { code: 'forbidden', retry: 'never' }],
  [404, {}, { code: 'gone', retry: 'backOff' }],
  [301, { location: 'http://elsewhere.example.org/' }, { code: 'gone', retry: 'backOff' }],
  [423, {}, { code: 'archived', retry: 'backOff' }],
  [429, { 'retry-after': '30' }, { code: 'rateLimited', retry: { at: expect.any(Number) } }],
  [429, { 'retry-after': 'soon' }, { code: 'rateLimited', retry: 'backOff' }],
  [500, {}, { code: 'unavailable', retry: 'backOff', unclear: false }],
  [502, {}, { code: 'unavailable', retry: 'backOff', unclear: false }],
  [503, {}, { code: 'rateLimited', retry: 'backOff' }],
  [418, {}, { code: 'invalid', retry: 'never' }],
])('an answer of %i is understood', async (status, headers, expected) => {
  await using there = await hostile(json({ message: 'so it is' }, status, headers));
  expect(await refusalOf(there.host.list())).toMatchObject(expected);
  expect(there.asked).toHaveLength(1);
});

test('an answer that was lost after something was to be done leaves that open', async () => {
  await using there = await hostile((request) => void request.socket.destroy());
  const closing = there.host.pullRequests?.setState(
    { repository: ref, number: 7, externalId: null },
    'closed',
  );
  expect(await refusalOf(closing ?? Promise.resolve())).toMatchObject({ code: 'unavailable', unclear: true });
  expect(await refusalOf(there.host.list())).toMatchObject({ code: 'unavailable', unclear: false });
});

test.each([
  ['ftp://gitea', 'neither https nor http'],
  ['gitea', 'neither https nor http'],
  ['https://user:secret@gitea', 'a credential in it'],
])('%s is no address of one', (location, reason) => {
  const open = () => gitea.open(location, {}, { hostId: 0, credential: () => Promise.resolve(undefined) });
  expect(open).toThrow(reason);
});
