/**
 * `npm run demo`: one Action over many repositories on this machine, from the scope to the patches, in real containers.
 * Exits 0 only when every Job succeeded, and leaves no process, container or folder behind. Options: `--help`.
 */
import { messageOf } from '@flotilla/shared/errors';
import { DemoError } from './demo/demoError.ts';
import { readInput } from './demo/input.ts';
import { readOptions } from './demo/options.ts';
import { runDemo } from './demo/runDemo.ts';
import { Terminal } from './demo/terminal.ts';
import { Interrupted, listenForInterruption } from './launch/interruption.ts';
import { sayOnTerminal as say } from './system/say.ts';

/** What shells say of a program that Ctrl-C ended. */
const interruptedCode = 130;
/** Settings of a service or runner of the person's own, which is not what the demo shows. */
const ownSettings = /^(DATABASE_URL|FLOTILLA_(?!JOB_|DEFAULT_IMAGE$).*)$/;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'number') return options;
  for (const name of Object.keys(process.env)) if (ownSettings.test(name)) delete process.env[name];
  using terminal = new Terminal(process.stdout);
  using interruption = listenForInterruption(
    () => {
      terminal[Symbol.dispose]();
      terminal.print('', 'Ending: stopping containers, runners and the service.');
    },
    () => terminal.print('Still ending; a container gets a second before it is killed.'),
  );
  const { signal } = interruption;
  try {
    const input = await readInput(options);
    return (await runDemo({ options, input, terminal, say, signal })) ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) return interruptedCode;
    terminal[Symbol.dispose]();
    for (const failure of failuresIn(error)) say.announce(sentenceFor(failure));
    return 1;
  }
}

/** What went wrong, first things first: an error while cleaning up hides neither itself nor what was before. */
function failuresIn(error: unknown): unknown[] {
  if (!(error instanceof SuppressedError)) return [error];
  const { error: later, suppressed: earlier } = error as { error: unknown; suppressed: unknown };
  return [...failuresIn(earlier), ...failuresIn(later)].filter((each) => !(each instanceof Interrupted));
}

function sentenceFor(error: unknown): string {
  return error instanceof DemoError ? error.message : `The demo failed: ${messageOf(error)}`;
}
