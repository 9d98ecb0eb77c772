import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine, limited, standardMemoryBytes } from './commandLine.ts';
import { Connections } from './connections.ts';
import type { Ended, Launched, LaunchOptions } from './launched.ts';
import type { Report, Request } from './messages.ts';
import { refuseNul } from './refuseNul.ts';

/** How long a program may go on after SIGTERM: git removes its locks within milliseconds. */
const standardGraceMs = 5000;

/** The process that starts programs, as the one that it starts them for sees it. */
export class LauncherProcess {
  readonly #process: ChildProcess;
  readonly #connections: Connections;
  readonly #running = new Map<number, PromiseWithResolvers<Ended>>();
  #lastId = 0;
  hasEnded = false;

  static async start(): Promise<LauncherProcess> {
    // Only this user gets at the socket: whoever connects could speak for a program.
    const folder = await mkdtemp(join(tmpdir(), 'flotilla-launcher-'));
    const path = join(folder, 'socket');
    const server = createServer({ allowHalfOpen: true }).listen(path);
    await once(server, 'listening');
    server.unref();
    // Detached, so that a terminal's interrupt does not reach programs that this process wants to see end.
    const { command, args } = limited(process.execPath, [], standardMemoryBytes);
    const child = fork(fileURLToPath(new URL('process.ts', import.meta.url)), [path], {
      detached: true,
      env: {},
      execPath: command,
      execArgv: [...args],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new LauncherProcess(child, server, folder);
  }

  private constructor(child: ChildProcess, server: Server, folder: string) {
    this.#process = child;
    this.#connections = new Connections(server);
    child.unref();
    child.channel?.unref();
    child.on('message', (report: Report) => this.#heed(report));
    const end = (error: Error) => {
      if (this.hasEnded) return;
      this.hasEnded = true;
      server.close();
      // The process does it when this one goes first.
      rmSync(folder, { recursive: true, force: true });
      for (const id of this.#running.keys()) this.#end(id, ({ reject }) => reject(error));
    };
    child.once('error', end);
    child.once('exit', (exitCode, signal) =>
      end(new Error(`The process that starts programs has ended (${signal ?? exitCode}); it starts again.`)),
    );
  }

  async launch(
    command: string,
    args: readonly string[],
    {
      env,
      takesInput = false,
      signal,
      graceMs = standardGraceMs,
      memoryBytes = standardMemoryBytes,
    }: LaunchOptions,
  ): Promise<Launched> {
    refuseNul(command, args, env);
    const id = (this.#lastId = (this.#lastId + 1) % 2 ** 32);
    const ended = Promise.withResolvers<Ended>();
    // Whoever asks for the end hears of a failure; the one who waits for its streams hears of it too.
    ended.promise.catch(() => undefined);
    if (this.#running.size === 0) this.#process.channel?.ref();
    this.#running.set(id, ended);
    const input = takesInput ? this.#connections.take(id, 'input') : undefined;
    const output = this.#connections.take(id, 'output');
    const close = () => {
      for (const stream of [input, output]) void stream?.then((socket) => socket.destroy());
    };
    let isUnwanted = false;
    const kill = () => {
      isUnwanted = true;
      this.#send({ kind: 'kill', id });
    };
    signal?.addEventListener('abort', kill, { once: true });
    const forget = () => {
      signal?.removeEventListener('abort', kill);
      // Something that it has started, and that has left its group, may hold its output open for ever.
      if (isUnwanted) close();
    };
    ended.promise.then(forget, forget);
    this.#send({
      kind: 'launch',
      id,
      ...commandLine(command, args, memoryBytes),
      env,
      takesInput,
      graceMs,
    });
    if (signal?.aborted) kill();
    const failed = ended.promise.then(() => new Promise<never>(() => undefined));
    try {
      const [written, read] = await Promise.race([Promise.all([output, input]), failed]);
      return { output: readOnly(written), input: read && writeOnly(read), ended: ended.promise, kill };
    } catch (error) {
      close();
      throw error;
    } finally {
      this.#connections.forget(id);
    }
  }

  #heed(report: Report): void {
    this.#end(report.id, ({ resolve, reject }) => {
      if (report.kind === 'ended') resolve({ exitCode: report.exitCode, stderr: report.stderr });
      else reject(new Error(report.message));
    });
  }

  #end(id: number, settle: (ended: PromiseWithResolvers<Ended>) => void): void {
    const ended = this.#running.get(id);
    if (ended === undefined) return;
    this.#running.delete(id);
    if (this.#running.size === 0) this.#process.channel?.unref();
    settle(ended);
  }

  #send(request: Request): void {
    // One that has gone says so by its exit, which ends everything that waits for it.
    if (this.#process.connected) this.#process.send(request, () => undefined);
  }
}

/** The other end never reads from it. */
function readOnly(socket: Socket): Socket {
  return socket.end();
}

/** The other end never writes to it: it only has to be seen to close, after which nobody reads. */
function writeOnly(socket: Socket): Socket {
  // A program that ended at once may have been read to its end together with the header of the connection.
  if (socket.readableEnded) return socket.destroy();
  return socket.once('end', () => socket.destroy()).resume();
}
