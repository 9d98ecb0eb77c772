import { createHash, randomUUID } from 'node:crypto';
import type { Outcome } from '@flotilla/shared/lifecycle/outcome';
import { descriptors, encodeFrame, type Descriptor } from '@flotilla/shared/logs/frame';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type { FinishAnswer, FinishInput, HelloAnswer } from '@flotilla/shared/protocol/runnerMessages';
import { maxAppendBytes, type StreamName } from '@flotilla/shared/protocol/streams';
import { runnerProtocol } from '@flotilla/shared/protocol/version';
import { connectToService, type ServiceClient } from '../../runner/src/session/serviceClient.ts';

export interface TestRunnerOptions {
  readonly serverUrl: string;
  readonly token: string;
  readonly name: string;
  /** Identity of the process; another one says that the process before is gone. */
  readonly instance: string;
  readonly labels: readonly string[];
  /** Attempts that it says it still works on. */
  readonly attempts: readonly LeaseRef[];
}

/** The answer to an append: its HTTP status, and the end of the stream where the service says one. */
export interface AppendAnswer {
  readonly status: number;
  readonly end: number | undefined;
}

/** A Patch as a runner hands it in. */
export interface PatchToSend {
  readonly bytes: Uint8Array;
  /** The tree that it made on the runner. */
  readonly tree: string;
}

/** The runner's side of the protocol, with its own client, in the hands of a test. It has said hello. */
export interface TestRunner extends AsyncDisposable {
  readonly service: ServiceClient;
  readonly hello: HelloAnswer;
  claim(free?: number, claimKey?: string): Promise<ClaimedJob[]>;
  /** Claims exactly one Job. */
  claimOne(): Promise<ClaimedJob>;
  append(lease: LeaseRef, stream: StreamName, offset: number, data: Uint8Array): Promise<AppendAnswer>;
  /** Sends a whole log that is not there yet: lines on stdout of the first Step. */
  writeLog(lease: LeaseRef, ...lines: readonly string[]): Promise<Uint8Array>;
  /** Sends a Patch and says with it that the Attempt succeeded; without one that nothing changed. */
  succeed(lease: LeaseRef, patch?: PatchToSend): Promise<FinishAnswer>;
  /** Ends an Attempt that has written nothing. */
  finish(lease: LeaseRef, outcome: Outcome, more?: Partial<FinishInput>): Promise<FinishAnswer>;
}

/** Connects and says hello. */
export async function connectRunner(
  options: Pick<TestRunnerOptions, 'serverUrl' | 'token'> & Partial<TestRunnerOptions>,
): Promise<TestRunner> {
  let runnerId: string | undefined;
  const service = connectToService({
    serverUrl: options.serverUrl,
    token: options.token,
    runnerId: () => runnerId,
    longestReconnectMs: () => 1000,
    onOpen: () => undefined,
    onLost: () => undefined,
  });
  try {
    const hello = await service.hello({
      protocol: runnerProtocol,
      name: options.name ?? `runner-${randomUUID().slice(0, 8)}`,
      instance: options.instance ?? randomUUID(),
      version: '0.0.0',
      labels: [...(options.labels ?? [])],
      capacity: 256,
      description: 'a test',
      attempts: [...(options.attempts ?? [])],
    });
    runnerId = hello.runnerId;
    return runnerWith(options.serverUrl, service, hello);
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}

function runnerWith(serverUrl: string, service: ServiceClient, hello: HelloAnswer): TestRunner {
  const claim = async (free = 1, claimKey: string = randomUUID()) => [
    ...(await service.claim(claimKey, free)).jobs,
  ];
  const append = (lease: LeaseRef, stream: StreamName, offset: number, data: Uint8Array) =>
    appendTo(serverUrl, lease, stream, offset, data);
  const finish = (lease: LeaseRef, outcome: Outcome, more: Partial<FinishInput> = {}) =>
    service.finish({
      ...refOf(lease),
      outcome,
      steps: [],
      phases: [],
      logLength: 0,
      streams: [],
      logLimitReached: false,
      patch: null,
      ...more,
    });
  return {
    service,
    hello,
    claim,
    async claimOne() {
      const [job, ...others] = await claim();
      if (job === undefined || others.length > 0) throw new Error('there is no Job to claim');
      return job;
    },
    append,
    async writeLog(lease, ...lines) {
      const log = logOf(...lines);
      await sendAll(append, lease, 'log', log);
      return log;
    },
    async succeed(lease, patch) {
      if (patch === undefined) return finish(lease, { kind: 'succeeded' });
      await sendAll(append, lease, 'patch', patch.bytes);
      const { bytes, tree } = patch;
      return finish(
        lease,
        { kind: 'succeeded' },
        { patch: { length: bytes.length, sha256: sha256(bytes), tree } },
      );
    },
    finish,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

/** The framed bytes of lines that the first Step wrote. Times are fixed, so that equal lines give equal bytes. */
export function logOf(...lines: readonly string[]): Uint8Array {
  return Buffer.concat(lines.map((line) => frameOf(Buffer.from(`${line}\n`))));
}

/** One record of the first Step. */
export function frameOf(data: Uint8Array, descriptor: Descriptor = descriptors.stdout): Uint8Array {
  return encodeFrame({ step: 0, descriptor, time: 1_700_000_000_000, data });
}

/** SHA-256 in hexadecimal. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function refOf({ attemptId, leaseToken }: LeaseRef): LeaseRef {
  return { attemptId, leaseToken };
}

async function appendTo(
  serverUrl: string,
  { attemptId, leaseToken }: LeaseRef,
  stream: StreamName,
  offset: number,
  data: Uint8Array,
): Promise<AppendAnswer> {
  const response = await fetch(`${serverUrl}/attempts/${attemptId}/${stream}?offset=${offset}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${leaseToken}`, 'content-type': 'application/octet-stream' },
    body: Buffer.from(data),
  });
  const answer = (await response.json()) as { end?: number };
  return { status: response.status, end: answer.end };
}

async function sendAll(
  append: TestRunner['append'],
  lease: LeaseRef,
  stream: StreamName,
  data: Uint8Array,
): Promise<void> {
  for (let offset = 0; offset < data.length; offset += maxAppendBytes) {
    const { status } = await append(lease, stream, offset, data.subarray(offset, offset + maxAppendBytes));
    if (status !== 200) throw new Error(`an append of a test was answered with ${status}`);
  }
}
