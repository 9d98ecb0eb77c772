import {
  createTRPCUntypedClient,
  createWSClient,
  TRPCClientError,
  wsLink,
  type TRPCUntypedClient,
} from '@trpc/client';
import type { AnyRouter } from '@trpc/server';
import { ClosingWebSocket } from '@flotilla/shared/protocol/closingWebSocket';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { AnswerOf, InputOf, RunnerCall } from '@flotilla/shared/protocol/runnerCalls';
import type {
  FinishAnswer,
  FinishInput,
  HeartbeatAnswer,
  HelloAnswer,
  HelloInput,
  Phase,
  RunnerHint,
  StepProgress,
} from '@flotilla/shared/protocol/runnerMessages';
import { readAnswer, readClaim, readHint, type Claim } from './readAnswer.ts';

/** First pause between two tries to connect, in milliseconds. */
const firstReconnectMs = 200;

/**
 * The service as a runner sees it: the calls of shared/protocol/runnerCalls.ts over one WebSocket. Each throws what the
 * service refuses, and an AnswerError for an answer that is none.
 */
export interface ServiceClient extends AsyncDisposable {
  hello(input: HelloInput): Promise<HelloAnswer>;
  claim(claimKey: string, free: number): Promise<Claim>;
  heartbeat(
    attempts: readonly LeaseRef[],
    draining: boolean,
    problem?: string | null,
  ): Promise<HeartbeatAnswer>;
  progress(lease: LeaseRef, steps: readonly StepProgress[], phases?: readonly Phase[]): Promise<void>;
  pinImage(lease: LeaseRef, image: string, digest: string): Promise<string>;
  finish(input: FinishInput): Promise<FinishAnswer>;
  release(lease: LeaseRef): Promise<void>;
  /** The process that ran the Attempt is gone, and its log is in: it is lost now. */
  surrender(lease: LeaseRef): Promise<void>;
  /** Hints until the signal aborts; they go on after a lost connection. */
  onHint(listener: (hint: RunnerHint) => void, onError: (error: unknown) => void): () => void;
}

export interface ConnectOptions {
  readonly serverUrl: string;
  readonly token: string;
  /** Id from the last hello, so that calls work on a new connection at once. */
  readonly runnerId: () => string | undefined;
  /** Longest pause between two tries to connect, in milliseconds. */
  readonly longestReconnectMs: () => number;
  /** Each time a connection stands, the first one included. */
  readonly onOpen: () => void;
  /** When there is no connection any more, and again at each try to connect that fails. */
  readonly onLost: () => void;
}

/** Opens the connection; it is kept up until disposed. */
export function connectToService(options: ConnectOptions): ServiceClient {
  const socket = createWSClient({
    WebSocket: ClosingWebSocket as typeof WebSocket,
    url: `${options.serverUrl.replace(/^http/, 'ws')}/runner`,
    connectionParams: () => {
      const runnerId = options.runnerId();
      return { token: options.token, ...(runnerId === undefined ? {} : { runnerId }) };
    },
    // Without a sign of life for 15 s the connection is taken for dead (docs/spec/faults.md, 16).
    keepAlive: { enabled: true, intervalMs: 5000, pongTimeoutMs: 10_000 },
    // Jitter, so that runners do not all come back at the same moment.
    retryDelayMs: (attempt) =>
      Math.min(firstReconnectMs * 2 ** attempt, options.longestReconnectMs()) * (0.5 + Math.random() / 2),
    onOpen: options.onOpen,
  });
  // Not the socket's own `close`: that also comes for a socket that another one has replaced.
  socket.connectionState.subscribe({
    next: ({ state, error }) => {
      if (state === 'connecting' && error !== null) options.onLost();
    },
  });
  const client: TRPCUntypedClient<AnyRouter> = createTRPCUntypedClient<AnyRouter>({
    links: [wsLink({ client: socket })],
  });
  const call = async <C extends RunnerCall>(name: C, input: InputOf<C>): Promise<AnswerOf<C>> =>
    readAnswer(name, await client.mutation(name, input));
  return {
    hello: (input) => call('hello', input),
    async claim(claimKey, free) {
      const input: InputOf<'claim'> = { claimKey, free };
      return readClaim(await client.mutation('claim', input));
    },
    heartbeat: (attempts, draining, problem = null) => call('heartbeat', { attempts, draining, problem }),
    async progress(lease, steps, phases = []) {
      await call('progress', { ...lease, steps, phases });
    },
    async pinImage(lease, image, digest) {
      return (await call('pinImage', { ...lease, image, digest })).digest;
    },
    finish: (input) => call('finish', input),
    async release(lease) {
      await call('release', lease);
    },
    async surrender(lease) {
      await call('surrender', lease);
    },
    onHint(listener, onError) {
      const subscription = client.subscription('events', undefined, {
        onData(message) {
          const hint = readHint(message);
          if (hint !== undefined) listener(hint);
        },
        onError,
      });
      return () => subscription.unsubscribe();
    },
    async [Symbol.asyncDispose]() {
      await socket.close();
    },
  };
}

/** What the service refused, if it was the service: its class of errors, such as `UNAUTHORIZED`. Undefined for a lost connection. */
export function refusalOf(
  error: unknown,
): { code: string; message: string; flotilla: string | undefined } | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data = error.data as { code?: string; flotilla?: { code: string } } | null | undefined;
  return data?.code === undefined
    ? undefined
    : { code: data.code, message: error.message, flotilla: data.flotilla?.code };
}
