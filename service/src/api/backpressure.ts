import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';

/** Unsent bytes above which a subscription waits (docs/spec/logs.md: without it a paused client costs 200 MB). */
const highWaterBytes = 512 * 1024;
/** `ws` has no event for a drained buffer. */
const checkMs = 20;

/** Waits until a socket's unsent bytes are few, or until the signal aborts. */
export async function untilWritable(
  socket: Pick<WebSocket, 'bufferedAmount'>,
  signal: AbortSignal,
): Promise<void> {
  while (socket.bufferedAmount > highWaterBytes && !signal.aborted) await delay(checkMs);
}
