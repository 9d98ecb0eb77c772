import type { WebSocket } from 'ws';

/**
 * Sends nothing of a subscription on a socket any more, once `leaving` says so. A client that was asked to connect
 * elsewhere subscribes there from the last event it has seen, while this socket still stands: an event that came over
 * both would come twice. Answers to calls still go out. Every event is tracked, so that what is dropped here is not
 * lost.
 */
export function fallSilent(client: WebSocket, leaving: () => boolean): void {
  const send = client.send.bind(client);
  client.send = ((data: unknown, ...rest: readonly []) => {
    if (leaving() && typeof data === 'string' && isOfSubscription(data)) return;
    send(data as string, ...rest);
  }) as typeof client.send;
}

/** Whether a message of tRPC's is an event or the end of a subscription. */
function isOfSubscription(message: string): boolean {
  if (!message.startsWith('{')) return false;
  const { result } = JSON.parse(message) as { result?: { type?: string; id?: string } };
  return result?.type === 'stopped' || (result?.type === 'data' && result.id !== undefined);
}
