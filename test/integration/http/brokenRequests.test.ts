import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { startService, type ServiceProgram } from '../../../scripts/launch/serviceProgram.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { testDatabase } from '../../support/testDatabase.ts';

let service: ServiceProgram;

beforeAll(async () => {
  await using resources = new AsyncDisposableStack();
  const { path: folder } = resources.use(await temporaryFolder());
  const { url: databaseUrl } = resources.use(await testDatabase());
  // As a program, because what it must not do is end.
  service = resources.use(await startService({ databaseUrl, dataFolder: join(folder, 'data') }));
  const owned = resources.move();
  return () => owned.disposeAsync();
});

/** Sends the head of a request that wants to leave HTTP. */
async function ask(method: string, path: string): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `${method} ${path} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n`,
  );
  // A WebSocket wants these too; without a key it would be refused before its end is heard of.
  socket.write('sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  return socket;
}

/** What the service says to a request after it; -1 when it has ended. */
async function answerAfterwards(): Promise<number> {
  return service.hasExited() ? -1 : (await fetch(`${service.url}/healthz`)).status;
}

test.each([
  ['GET', '/nope', /^HTTP\/1.1 404 /],
  ['GET', '/trpc', /^HTTP\/1.1 101 /],
  ['GET', '/runner', /^HTTP\/1.1 101 /],
])(
  'a client that breaks off behind the answer to %s %s ends nothing but itself',
  async (method, path, answer) => {
    const socket = await ask(method, path);
    const [said] = (await once(socket, 'data')) as [Buffer];
    expect(said.toString()).toMatch(answer);
    socket.resetAndDestroy();
    expect(await answerAfterwards()).toBe(200);
  },
);

test.each([
  ['GET', '/nope'],
  ['GET', '/trpc'],
  ['CONNECT', 'somewhere:443'],
])(
  'a client that asks %s %s and does not wait for the answer ends nothing but itself',
  async (method, path) => {
    for (let round = 0; round < 10; round++) (await ask(method, path)).resetAndDestroy();
    expect(await answerAfterwards()).toBe(200);
  },
);
