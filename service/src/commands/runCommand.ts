import { Command, CommanderError } from 'commander';
import { messageOf } from '@flotilla/shared/errors';
import { readConfig, type Config } from '../config.ts';
import type { Connections } from '../db/database.ts';
import { CommandError } from './commandError.ts';
import { openDatabase } from './openDatabase.ts';
import { printer } from './printer.ts';

/** A command of ours that has subcommands, called as its users call it (`npm run token --`). */
export function commandNamed(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase())),
    });
}

/** Runs a command with its arguments. Returns the exit code; what went wrong is said on standard error. */
export async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  try {
    await command.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said it itself; asking for help is no mistake.
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof CommandError)) throw error;
    printer.say(error.message);
    return 1;
  }
}

/** Does something with the service's database. Throws a CommandError when its settings are wrong or it is not there. */
export async function withDatabase(
  work: (connections: Connections, config: Config) => Promise<void>,
): Promise<void> {
  let config;
  try {
    config = readConfig();
  } catch (error) {
    throw new CommandError(messageOf(error), { cause: error });
  }
  await using connections = await openDatabase(config);
  await work(connections, config);
}
