/** What the two processes say to each other over the channel that Node gives a forked process. */

/** To the launcher's process. */
export type Request =
  | {
      readonly kind: 'launch';
      /** Of this launch, for all that is said of it later. */
      readonly id: number;
      readonly command: string;
      readonly args: readonly string[];
      /** The whole environment: nothing is inherited. */
      readonly env: Readonly<Record<string, string>>;
      /** Whether its standard input is a connection; it is empty otherwise. */
      readonly takesInput: boolean;
      /** How long it may go on after it was asked to end, in milliseconds. */
      readonly graceMs: number;
    }
  | { readonly kind: 'kill'; readonly id: number };

/** From the launcher's process. */
export type Report =
  | {
      readonly kind: 'ended';
      readonly id: number;
      /** Null when a signal ended it. */
      readonly exitCode: number | null;
      /** The last {@link maxErrorBytes} of its standard error. */
      readonly stderr: string;
    }
  /** It could not be started at all. */
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/** So much of a program's standard error is kept, from its end. */
export const maxErrorBytes = 64 * 1024;

/** Which of a program's streams a connection is. */
export const streams = { input: 0, output: 1 } as const;

export type Stream = (typeof streams)[keyof typeof streams];

/** What a connection says before the bytes of its stream: the id of the launch, and which stream it is. */
export const headerBytes = 5;

export function encodeHeader(id: number, stream: Stream): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(id);
  header.writeUInt8(stream, 4);
  return header;
}

export function decodeHeader(header: Buffer): { readonly id: number; readonly stream: number } {
  return { id: header.readUInt32BE(), stream: header.readUInt8(4) };
}
