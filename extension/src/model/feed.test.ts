import type { AppRouter } from '@flotilla/service/router';
import type { Changes } from '@flotilla/shared/protocol/liveRows';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Emitter } from '../platform/emitter.ts';
import type { FlotillaClient } from '../connection/client.ts';
import type { ConnectionState } from '../connection/connectionState.ts';
import { parseServerAddress } from '../connection/serverAddress.ts';
import { anExecution } from './builders.ts';
import { Feed } from './feed.ts';
import { liveExecutions } from './liveExecutions.ts';
import { LiveModel } from './liveModel.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Sent {
  readonly id: number;
  readonly method: string;
  readonly params?: { readonly input: { readonly topics: string[]; readonly lastEventId?: string } };
}

/** A service at the other end of WebSockets, for a client of tRPC's own. Its lists are empty, and its feed says what the test says. */
function openWire() {
  const sockets: WireSocket[] = [];
  const watched: Sent[] = [];
  const live = new Set<number>();
  class WireSocket extends EventTarget {
    static readonly OPEN = 1;
    static readonly CLOSED = 3;
    readonly OPEN = WireSocket.OPEN;
    readyState = 0;
    constructor() {
      super();
      sockets.push(this);
      setTimeout(() => {
        this.readyState = WireSocket.OPEN;
        this.dispatchEvent(new Event('open'));
      });
    }
    send(text: string): void {
      for (const message of [JSON.parse(text)].flat() as Sent[]) {
        if (message.method === 'subscription') {
          watched.push(message);
          live.add(message.id);
        } else if (message.method === 'subscription.stop') live.delete(message.id);
        else setTimeout(() => this.answer(message.id, { type: 'data', data: { rows: [], next: null } }));
      }
    }
    answer(id: number | undefined, result: object): void {
      const data = JSON.stringify({ id, result });
      this.dispatchEvent(Object.assign(new Event('message'), { data }));
    }
    close(): void {
      this.readyState = WireSocket.CLOSED;
      live.clear();
      this.dispatchEvent(new Event('close'));
    }
  }
  const socket = createWSClient({
    WebSocket: WireSocket as unknown as typeof WebSocket,
    url: 'ws://service',
  });
  const client: FlotillaClient = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
  const answer = (result: object) => sockets.at(-1)?.answer(watched.at(-1)?.id, result);
  return {
    client,
    sockets,
    close: () => socket.close(),
    /** From where each subscription was asked for; null for now. */
    from: () => watched.map(({ params }) => params?.input.lastEventId ?? null),
    /** Subscriptions that the service serves. */
    live: () => live.size,
    say: (cursor: string, changes: Partial<Changes> = {}) =>
      answer({
        type: 'data',
        id: cursor,
        data: { id: cursor, data: { listAnew: false, rows: {}, gone: {}, ...changes } },
      }),
    end: () => answer({ type: 'stopped' }),
  };
}

function follow(client: FlotillaClient) {
  const heard = { messages: 0, gaps: 0 };
  const feed = new Feed(client, {
    topics: () => ['jobs'],
    onChanges: () => (heard.messages += 1),
    onGap: () => (heard.gaps += 1),
    onProblem: () => undefined,
  });
  return { feed, heard };
}

/** Longer than any pause before something is asked again. */
const aWhile = () => vi.advanceTimersByTimeAsync(60_000);

test('a feed that is renewed goes on from its cursor, by one subscription', async () => {
  const wire = openWire();
  const { feed, heard } = follow(wire.client);
  await aWhile();
  wire.say('5');
  feed.renew();
  await aWhile();
  expect([wire.from(), wire.live(), heard]).toEqual([[null, '5'], 1, { messages: 1, gaps: 0 }]);
});

test('a feed that is renewed before a message has come may have missed something', async () => {
  const wire = openWire();
  const { feed, heard } = follow(wire.client);
  await aWhile();
  feed.renew();
  await aWhile();
  expect([wire.from(), wire.live(), heard]).toEqual([[null, null], 1, { messages: 0, gaps: 1 }]);
});

test('a feed that the service ends is asked for again from its cursor, until it is disposed', async () => {
  const wire = openWire();
  const { feed } = follow(wire.client);
  await aWhile();
  wire.say('5');
  wire.end();
  await aWhile();
  expect([wire.from(), wire.live()]).toEqual([[null, '5'], 1]);
  wire.end();
  feed.dispose();
  await aWhile();
  expect([wire.from(), wire.sockets.length]).toEqual([[null, '5'], 1]);
});

/** A model on a connection whose states the test plays. */
function openModel(client: FlotillaClient) {
  const connected = new Emitter<FlotillaClient>();
  const state = new Emitter<ConnectionState>();
  const model = new LiveModel({
    onDidConnect: connected.event,
    onDidChangeState: state.event,
    onDidChangeServer: new Emitter<void>().event,
    serverTime: 0,
    use: (call) => call(client),
    note: () => undefined,
  });
  const address = parseServerAddress('http://127.0.0.1:7420');
  if (address === undefined) throw new Error('this is an address');
  return {
    model,
    connect: () => connected.fire(client),
    letGo: () => state.fire({ kind: 'idle', address }),
  };
}

test('a connection that was let go of is not opened again by the feed', async () => {
  const wire = openWire();
  const { model, connect, letGo } = openModel(wire.client);
  model.of(liveExecutions);
  connect();
  await aWhile();
  expect(wire.live()).toBe(1);
  // As the connection does when nobody needs it any more.
  const closed = wire.close();
  letGo();
  await aWhile();
  await closed;
  expect([wire.sockets.length, wire.from()]).toEqual([1, [null]]);
});

test('a list that was held while the connection was let go of is shown, and asked for again by whoever wants it', async () => {
  let executions = [anExecution({ id: 1 })];
  const client = {
    rows: {
      list: { query: async () => ({ rows: executions, next: null }) },
      watch: { subscribe: () => ({ unsubscribe: () => undefined }) },
    },
  } as unknown as FlotillaClient;
  const { model, connect, letGo } = openModel(client);
  const held = model.of(liveExecutions);
  const ids = () => held.rows()?.map(({ id }) => id);
  connect();
  await held.load();
  letGo();
  executions = [anExecution({ id: 2 }), ...executions];
  expect(ids()).toEqual([1]);
  expect((await held.load()).map(({ id }) => id)).toEqual([2, 1]);
});
