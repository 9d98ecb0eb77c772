import { once } from 'node:events';
import type { Socket } from 'node:net';
import { openRaw, upgradeRequest } from './rawRequest.ts';

/** Opcodes of frames (RFC 6455). */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9 } as const;

/** A frame in the hands of an attacker. */
export interface RawFrame {
  readonly opcode: number;
  readonly data?: string | Uint8Array;
  /** Whether a message ends with it; it does unless told otherwise. */
  readonly fin?: boolean;
}

/** A WebSocket below the level of frames. Pings of tRPC's are answered. */
export interface RawWebSocket extends Disposable {
  readonly socket: Socket;
  /** The code with which it was closed; 1006 when that was without a word. */
  readonly closed: Promise<number>;
  send(...messages: readonly unknown[]): void;
  sendFrames(...frames: readonly RawFrame[]): void;
  /** Sends one text many times over, in one go. */
  repeat(text: string, times: number, opcode?: number): void;
  /** The next message that is no ping. Rejects when it was closed. */
  next(): Promise<string>;
}

/** Opens one; a token is said in the first message, as our clients do. Parameters are sent as they are. */
export async function openRawWebSocket(
  url: string,
  options: {
    readonly endpoint?: '/trpc' | '/runner';
    readonly token?: string;
    readonly parameters?: string;
  } = {},
): Promise<RawWebSocket> {
  const { endpoint = '/trpc', token } = options;
  const parameters =
    token === undefined
      ? options.parameters
      : JSON.stringify({ method: 'connectionParams', data: { token } });
  const socket = await openRaw(url);
  const query = parameters === undefined ? '' : '?connectionParams=1';
  socket.write(upgradeRequest(`${endpoint}${query}`, { host: 'localhost' }));
  const closedFirst = new AbortController();
  socket.once('close', () => closedFirst.abort(new Error('it was closed before it was a WebSocket')));
  const [head] = (await once(socket, 'data', { signal: closedFirst.signal })) as [Buffer];
  if (!head.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(head.toString('latin1'));
  const closed = Promise.withResolvers<number>();
  const messages: string[] = [];
  const waiting: ((message: string) => void)[] = [];
  const sendFrames: RawWebSocket['sendFrames'] = (...frames) => {
    socket.write(Buffer.concat(frames.map(encode)));
  };
  let rest = head.subarray(head.indexOf('\r\n\r\n') + 4);
  const read = (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const frame = decode(rest);
      if (frame === undefined) return;
      rest = rest.subarray(frame.end);
      if (frame.opcode === opcodes.close)
        closed.resolve(frame.data.length < 2 ? 1005 : frame.data.readUInt16BE());
      const text = frame.data.toString();
      if (frame.opcode !== opcodes.text || text === 'PONG') continue;
      if (text === 'PING') sendFrames({ opcode: opcodes.text, data: 'PONG' });
      else (waiting.shift() ?? ((message: string) => messages.push(message)))(text);
    }
  };
  socket.on('data', read);
  socket.once('close', () => closed.resolve(1006));
  read(Buffer.alloc(0));
  if (parameters !== undefined) sendFrames({ opcode: opcodes.text, data: parameters });
  return {
    socket,
    closed: closed.promise,
    sendFrames,
    send: (...all) => {
      const texts = all.map((message) => (typeof message === 'string' ? message : JSON.stringify(message)));
      sendFrames(...texts.map((data) => ({ opcode: opcodes.text, data })));
    },
    repeat: (data, times, opcode = opcodes.text) => {
      const frame = encode({ opcode, data });
      socket.write(Buffer.alloc(frame.length * times, frame));
    },
    async next() {
      const kept = messages.shift();
      if (kept !== undefined) return kept;
      return Promise.race([
        new Promise<string>((resolve) => waiting.push(resolve)),
        closed.promise.then((code) => Promise.reject(new Error(`it was closed with ${code}`))),
      ]);
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

/** A call as tRPC's clients write it. */
export function callOf(id: unknown, path: string, input?: unknown, method = 'query'): unknown {
  return { id, method, params: { path, input } };
}

/** With a mask of zeros, so that what is sent is what is written. */
function encode({ opcode, data = '', fin = true }: RawFrame): Buffer {
  const bytes = Buffer.from(data);
  const { length } = bytes;
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
  head[0] = (fin ? 0x80 : 0) | opcode;
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 8) head.writeUInt16BE(length, 2);
  if (head.length === 14) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, bytes]);
}

function decode(
  bytes: Buffer,
): { readonly opcode: number; readonly data: Buffer; readonly end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return undefined;
  return {
    opcode: (bytes[0] ?? 0) & 0x0f,
    data: bytes.subarray(start, start + length),
    end: start + length,
  };
}
