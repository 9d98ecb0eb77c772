import { Command, CommanderError, InvalidArgumentError } from 'commander';

export interface DemoOptions {
  /** Folder of git repositories; without it the sample ones. */
  readonly repos?: string;
  /** Action file; without it the sample one. */
  readonly action?: string;
  /** Folder for patches and summary. */
  readonly out?: string;
  readonly runners: number;
  /** Jobs that each runner runs at once; by default as many as there are processors. */
  readonly capacity?: number;
  readonly code: boolean;
  /** Whether branches are made in the person's own repositories; in the sample ones they are anyway. */
  readonly campaign: boolean;
  /** Whether that is confirmed already. */
  readonly yes: boolean;
}

const examples = `
With no options it makes six small repositories in a temporary folder, changes four of them, and makes branches of that.
Your repositories are read, never written to: what an Action changes comes back as patches. Only --campaign makes
branches in them, after it has said which and was told yes.

  npm run demo
  npm run demo -- --repos ~/src --action bump.action.json --out patches
  npm run demo -- --repos ~/src --action bump.action.json --campaign
  npm run demo -- --code`;

/** Reads the arguments. Returns an exit code instead when help was asked for, or an argument was wrong and it said so. */
export function readOptions(args: readonly string[]): DemoOptions | number {
  const command = new Command('npm run demo --')
    .description('Runs one Action over many repositories, on this machine, and leaves nothing behind.')
    .option('--repos <folder>', 'run over the git repositories in this folder (needs --action)')
    .option('--action <file>', 'run this Action')
    .option('--out <folder>', 'write a .patch per changed repository, and summary.json, to this folder')
    .option('--runners <number>', 'how many runners share the work', atMost(16), 1)
    .option(
      '--capacity <number>',
      'Jobs that each runner runs at once (default: one per processor)',
      atMost(256),
    )
    .option(
      '--campaign',
      'make a branch of each patch in the repositories of --repos, when you say yes',
      false,
    )
    .option('--yes', 'say yes to that beforehand, for scripts', false)
    .option('--code', 'leave it running and open it in VS Code in the browser', false)
    .addHelpText('after', examples)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase())),
    });
  try {
    const options = command.parse([...args], { from: 'user' }).opts<DemoOptions>();
    if (options.repos !== undefined && options.action === undefined) {
      command.error('--repos needs --action: say which Action to run over these repositories.');
    }
    if (options.campaign && options.repos === undefined)
      command.error('--campaign needs --repos: in the sample repositories branches are made anyway.');
    return options;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}

function atMost(most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < 1 || number > most) {
      throw new InvalidArgumentError(`It must be a number from 1 to ${most}.`);
    }
    return number;
  };
}
