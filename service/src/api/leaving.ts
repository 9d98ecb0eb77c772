import type { CallerSocket } from './context.ts';

const signals = new WeakMap<CallerSocket, AbortSignal>();

/**
 * Aborts when whoever calls over a socket has gone. tRPC's signal of a call does so for subscriptions alone: a query went
 * on for nobody.
 */
export function leavingOf(socket: CallerSocket): AbortSignal {
  const known = signals.get(socket);
  if (known !== undefined) return known;
  const leaving = new AbortController();
  if (socket.readyState === socket.CLOSED) leaving.abort();
  else socket.once('close', () => leaving.abort());
  signals.set(socket, leaving.signal);
  return leaving.signal;
}
