import { text } from 'node:stream/consumers';
import { launch, type Ended } from './launcher.ts';
import { untilEnded } from './untilEnded.ts';

/** Where programs are found that need nothing else of their environment. */
const env = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C.UTF-8' };

/** Runs a program of the system that writes little, to its end. Whether its exit code is a failure is the caller's to say. */
export async function run(
  command: string,
  args: readonly string[],
): Promise<Ended & { readonly output: string }> {
  const program = await launch(command, args, { env });
  const output = text(program.output);
  const ended = await untilEnded(program, output);
  return { ...ended, output: await output };
}
