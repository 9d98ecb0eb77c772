import { once } from 'node:events';
import { editorProtocol } from '@flotilla/shared/protocol/version';

/** A user whose connection breaks off, with calls that have no answer; tRPC's own client waits for their answers first. */
export interface ImpatientUser extends AsyncDisposable {
  /** Asks; the answer is not waited for. */
  ask(path: string, input: unknown): void;
}

/** Connects one with a user token; disposing breaks the connection off. */
export async function impatientUser(url: string, token: string): Promise<ImpatientUser> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/trpc?connectionParams=1`);
  await once(socket, 'open');
  const data = { token, protocolMin: String(editorProtocol.min), protocolMax: String(editorProtocol.max) };
  socket.send(JSON.stringify({ method: 'connectionParams', data }));
  let id = 0;
  return {
    ask(path, input) {
      socket.send(JSON.stringify({ id: (id += 1), method: 'query', params: { path, input } }));
    },
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
