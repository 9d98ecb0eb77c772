/**
 * The launcher's process: starts programs for another one, whose connections become their standard input and output. It is
 * small and stays small, so that starting a program from it is cheap. It ends with the process that started it, and ends
 * what it has started by then.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { encodeHeader, maxErrorBytes, streams, type Report, type Request, type Stream } from './messages.ts';

type Launch = Extract<Request, { readonly kind: 'launch' }>;

/** A program that runs, or that is about to. */
interface Launched {
  child?: ChildProcess;
  isUnwanted: boolean;
}

const socketPath = process.argv[2] ?? '';
const launched = new Map<number, Launched>();

process.on('message', (request: Request) => {
  if (request.kind === 'kill') kill(request.id);
  else launch(request).catch((error: unknown) => fail(request.id, error));
});

process.on('disconnect', () => {
  for (const id of launched.keys()) kill(id);
  rmSync(dirname(socketPath), { recursive: true, force: true });
  process.exit();
});

// The process that started this one decides when it ends, and says so by its own end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

async function launch({ id, command, args, env, takesInput }: Launch): Promise<void> {
  const program: Launched = { isUnwanted: false };
  launched.set(id, program);
  const input = takesInput ? await open(id, streams.input) : undefined;
  const output = await open(id, streams.output);
  if (program.isUnwanted) {
    launched.delete(id);
    report({ kind: 'ended', id, exitCode: null, stderr: '' });
  } else program.child = start(id, spawn(command, args, { env, stdio: [input ?? 'ignore', output, 'pipe'] }));
  // It has its own by now.
  input?.destroy();
  output.destroy();
}

function start(id: number, child: ChildProcess): ChildProcess {
  let stderr = Buffer.alloc(0);
  child.stderr?.on('data', (data: Buffer) => {
    stderr = Buffer.concat([stderr, data]).subarray(-maxErrorBytes);
  });
  child.once('error', (error) => fail(id, error));
  child.once('close', (exitCode) => {
    if (launched.delete(id)) report({ kind: 'ended', id, exitCode, stderr: stderr.toString() });
  });
  return child;
}

/** Opens a stream of a program; what its other end sends is not read here. */
async function open(id: number, stream: Stream): Promise<Socket> {
  const socket = connect(socketPath).pause();
  const opened = Promise.withResolvers<void>();
  socket.once('error', opened.reject);
  socket.write(encodeHeader(id, stream), () => opened.resolve());
  await opened.promise;
  return socket;
}

function kill(id: number): void {
  const program = launched.get(id);
  if (program === undefined) return;
  program.isUnwanted = true;
  program.child?.kill();
}

function fail(id: number, error: unknown): void {
  if (launched.delete(id))
    report({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) });
}

function report(message: Report): void {
  // Whoever started it may have gone this moment; then nobody waits for the report.
  process.send?.(message, undefined, undefined, () => undefined);
}
