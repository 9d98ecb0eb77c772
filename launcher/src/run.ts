import type { Ended } from './launched.ts';
import { launch } from './launcher.ts';
import { untilEnded } from './untilEnded.ts';

/** Where programs are found that need nothing else of their environment. One byte of a name is one character to them. */
const env = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };

/** What a program may take that others have a hand in. */
export interface RunLimits {
  /** Ends it, with an AbortError. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes that it may write; more ends it, with an Error. */
  readonly mostBytes?: number;
}

/** Runs a program of the system that writes little, to its end. Whether its exit code is a failure is the caller's to say. */
export async function run(
  command: string,
  args: readonly string[],
  { signal, mostBytes = Number.POSITIVE_INFINITY }: RunLimits = {},
): Promise<Ended & { readonly output: string }> {
  const program = await launch(command, args, { env, signal });
  const output = textOf(program.output, mostBytes, command);
  const ended = await untilEnded(program, output, signal);
  return { ...ended, output: await output };
}

async function textOf(output: AsyncIterable<Buffer>, mostBytes: number, command: string): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of output) {
    bytes += part.length;
    if (bytes > mostBytes) throw new Error(`${command} wrote more than ${mostBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
