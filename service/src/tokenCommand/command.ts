import { InvalidArgumentError, Option, type Command } from 'commander';
import { CommandError } from '../commands/commandError.ts';
import { printer } from '../commands/printer.ts';
import { commandNamed, withDatabase } from '../commands/runCommand.ts';
import { create, list, pair, revoke, type TokenToCreate, type WhoFor } from './manageTokens.ts';

/** The command with its subcommands. */
export function tokenCommand(): Command {
  const command = commandNamed(
    'npm run token --',
    'Makes, lists and revokes the tokens with which people and runners reach the service.',
  ).addHelpText('after', helpAfter);
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
        throw new CommandError('A runner token belongs to no user: leave --user and --role out.');
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
      withDatabase(({ sql }, config) => pair(sql, config, options, printer)),
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
