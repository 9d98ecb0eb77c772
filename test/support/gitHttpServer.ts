import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A git server on loopback. Disposing ends it. */
export interface GitHttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:…`, without a slash at its end; a repository is at its path below the folder. */
  readonly url: string;
}

/** Who may use a server. */
export interface HttpAccount {
  readonly username: string;
  readonly password: string;
}

/**
 * Serves the repositories of a folder as code hosts do: real git over http, by `git http-backend`; with accounts to nobody else.
 * Pushes are taken by repositories whose `http.receivePack` says so.
 */
export async function startGitHttpServer(
  folder: string,
  accounts?: readonly HttpAccount[],
): Promise<GitHttpServer> {
  const known = accounts?.map(
    ({ username, password }) => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  );
  const server = createServer((request, response) => {
    const isKnown = known?.includes(request.headers.authorization ?? '') ?? true;
    if (isKnown) answer(folder, request, response);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const { headers } = request;
  const backend = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    },
  });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => undefined);
  response.on('close', () => backend.kill());
  let head = '';
  backend.stdout.on('data', (data: Buffer) => {
    if (response.headersSent) return void response.write(data);
    head += data.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    const lines = head
      .slice(0, end)
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string]);
    const status = lines.find(([name]) => name === 'Status')?.[1];
    response.writeHead(Number.parseInt(status ?? '200', 10), Object.fromEntries(lines));
    response.write(Buffer.from(head.slice(end + 4), 'latin1'));
  });
  backend.stdout.on('end', () => response.end());
}
