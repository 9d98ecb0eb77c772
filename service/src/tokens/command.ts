import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { messageOf } from '@flotilla/shared/errors';
import { readConfig } from '../config.ts';
import type { Connections } from '../db/database.ts';
import { create, list, pair, revoke, type Printer, type TokenToCreate, type WhoFor } from './manageTokens.ts';
import { openDatabase, TokenCommandError } from './openTokens.ts';

const printer: Printer = {
  out: (line) => void process.stdout.write(`${line}\n`),
  say: (line) => void process.stderr.write(`${line}\n`),
};

/** Runs the command with its arguments. Returns the exit code; what went wrong is said on standard error. */
export async function runTokenCommand(args: readonly string[]): Promise<number> {
  try {
    await tokenCommandLine().parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said it itself; asking for help is no mistake.
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof TokenCommandError)) throw error;
    printer.say(error.message);
    return 1;
  }
}

/** The command with its subcommands. */
export function tokenCommandLine(): Command {
  const command = new Command('npm run token --')
    .description('Makes, lists and revokes the tokens with which people and runners reach the service.')
    .addHelpText('after', helpAfter)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase())),
    });
  command
    .command('create')
    .description('make a token and print it, this once')
    .addOption(
      new Option('--scope <scope>', 'who it is for').choices(['user', 'runner']).makeOptionMandatory(),
    )
    .option('--user <name>', 'the user it belongs to; made when new (default: you, as admin)', nonEmpty)
    .addOption(roleOption())
    .option('--label <text>', 'what it is used for, for the list', nonEmpty)
    .option('--out <file>', 'write it to a new file that only you can read, instead of printing it', nonEmpty)
    .action((options: TokenToCreate) => {
      if (options.scope === 'runner' && (options.user ?? options.role) !== undefined) {
        throw new TokenCommandError('A runner token belongs to no user: leave --user and --role out.');
      }
      return withDatabase(({ sql }) => create(sql, options, printer));
    });
  command
    .command('pair')
    .description('print a new connect URL for VS Code')
    .option('--user <name>', 'the user who connects; made when new (default: you, as admin)', nonEmpty)
    .addOption(roleOption())
    .option('--url <url>', 'where editors reach the service (default: where it listens)', httpUrl)
    .action((options: WhoFor & { url?: string }) =>
      withDatabase(({ sql }) => pair(sql, readConfig(), options, printer)),
    );
  command
    .command('list')
    .description('list the tokens; none can be shown again')
    .option('--all', 'also those that were revoked')
    .action((options: { all?: boolean }) => withDatabase(({ database }) => list(database, options, printer)));
  command
    .command('revoke')
    .description('end a token at once, also where it is connected')
    .argument('<id>', 'its number in the list', tokenId)
    .action((id: number) => withDatabase(({ sql }) => revoke(sql, id, printer)));
  return command;
}

const helpAfter = `
It works on the database that DATABASE_URL names, else on the one of the service
that runs with the data folder FLOTILLA_DATA (default: the service's own default).

  npm run --silent token -- create --scope runner > runner.token
  npm run token -- create --scope user --user ada --role member --out ada.token
  npm run token -- pair
  npm run token -- revoke 3`;

function roleOption(): Option {
  return new Option('--role <role>', 'role of a new user (default: member)').choices([
    'reader',
    'member',
    'admin',
  ]);
}

function nonEmpty(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty.');
  return value;
}

function tokenId(value: string): number {
  if (!/^[1-9]\d{0,15}$/.test(value)) {
    throw new InvalidArgumentError('It is not a number of the list.');
  }
  return Number(value);
}

function httpUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new InvalidArgumentError('It is not an http:// or https:// URL.');
  }
  return url.href;
}

async function withDatabase(work: (connections: Connections) => Promise<void>): Promise<void> {
  let config;
  try {
    config = readConfig();
  } catch (error) {
    throw new TokenCommandError(messageOf(error), { cause: error });
  }
  await using connections = await openDatabase(config);
  await work(connections);
}
