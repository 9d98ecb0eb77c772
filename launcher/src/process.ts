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
  readonly graceMs: number;
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
  // What is asked to end keeps this process until it has, or until its grace is over.
  if (launched.size === 0) process.exit();
});

// The process that started this one decides when it ends, and says so by its own end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

async function launch({ id, command, args, env, takesInput, graceMs }: Launch): Promise<void> {
  const program: Launched = { isUnwanted: false, graceMs };
  launched.set(id, program);
  using sockets = new DisposableStack();
  const input = takesInput ? await open(id, streams.input, sockets) : undefined;
  const output = await open(id, streams.output, sockets);
  if (program.isUnwanted) end(id, null, '');
  else {
    const stdio = [input ?? 'ignore', output, 'pipe'] as const;
    // A group of its own, so that what it starts can be ended with it.
    program.child = watch(id, graceMs, spawn(command, args, { env, detached: true, stdio: [...stdio] }));
  }
  // A program has its own streams by now; of one that could not be started whoever reads sees the end.
}

function watch(id: number, graceMs: number, child: ChildProcess): ChildProcess {
  let stderr = Buffer.alloc(0);
  child.stderr?.on('data', (data: Buffer) => {
    stderr = Buffer.concat([stderr, data]).subarray(-maxErrorBytes);
  });
  child.once('error', (error) => fail(id, error));
  child.once('close', (exitCode) => end(id, exitCode, stderr.toString()));
  child.once('exit', () => {
    signalGroup(child, 'SIGKILL');
    // What has left the group may hold its standard error open for ever.
    const impatience = setTimeout(() => child.stderr?.destroy(), graceMs);
    child.once('close', () => clearTimeout(impatience));
  });
  return child;
}

/** Opens a stream of a program, for as long as `owned`; what its other end sends is not read here. */
async function open(id: number, stream: Stream, owned: DisposableStack): Promise<Socket> {
  const socket = owned.adopt(connect(socketPath).pause(), (each) => each.destroy());
  const opened = Promise.withResolvers<void>();
  socket.once('error', opened.reject);
  socket.write(encodeHeader(id, stream), () => opened.resolve());
  await opened.promise;
  return socket;
}

function kill(id: number): void {
  const program = launched.get(id);
  if (program === undefined) return;
  const { child, isUnwanted, graceMs } = program;
  program.isUnwanted = true;
  if (child === undefined || isUnwanted) return;
  signalGroup(child, 'SIGTERM');
  const impatience = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
  child.once('close', () => clearTimeout(impatience));
}

/** Signals a program and what it has started. */
function signalGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // All have ended; macOS says EPERM of those that nobody has asked for their end yet.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function end(id: number, exitCode: number | null, stderr: string): void {
  forget({ kind: 'ended', id, exitCode, stderr });
}

function fail(id: number, error: unknown): void {
  forget({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) });
}

/** Says once how a program ended. */
function forget(message: Report): void {
  if (launched.delete(message.id)) report(message);
  if (launched.size === 0 && !process.connected) process.exit();
}

function report(message: Report): void {
  // Whoever started it may have gone this moment; then nobody waits for the report.
  process.send?.(message, undefined, undefined, () => undefined);
}
