import type { Program } from '../../scripts/launch/program.ts';

/** For a program whose garbage is to be collected: it listens to its debugger, on a port of its own. */
export const inspected = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** How long a collection may take. */
const timeoutMs = 20_000;

/**
 * Has a program collect its garbage, so that its resident memory is what it needs and not what V8 has not come to yet,
 * which differs by more than 100 MB from one second to the next.
 */
export async function collectGarbage(program: Program): Promise<void> {
  const address = /Debugger listening on (ws:\S+)/.exec(program.output())?.[1];
  if (address === undefined) throw new Error('the program was not started to be inspected');
  const socket = new WebSocket(address);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })),
  );
  socket.addEventListener('message', () => resolve());
  socket.addEventListener('error', () => reject(new Error(`the debugger at ${address} does not answer`)));
  const timer = setTimeout(() => reject(new Error('the garbage was not collected in time')), timeoutMs);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}
