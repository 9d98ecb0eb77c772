import type { Command } from 'commander';
import { printer } from '../commands/printer.ts';
import { commandNamed, withDatabase } from '../commands/runCommand.ts';
import { discard, keys, list, rotate } from './manageSecrets.ts';

/** The command with its subcommands. */
export function secretCommand(): Command {
  const command = commandNamed(
    'npm run secret --',
    'Lists secrets and the keys they are encrypted with, and encrypts them with a new key.',
  ).addHelpText('after', helpAfter);
  command
    .command('list')
    .description('list the secrets; none can be shown')
    .action(() => withDatabase(({ sql }) => list(sql, printer)));
  command
    .command('keys')
    .description('list the keys, and how many secrets need each')
    .action(() => withDatabase(({ sql }, { secretKeys }) => keys(sql, secretKeys, printer)));
  command
    .command('rotate')
    .description('encrypt all secrets with the first key; run again, it goes on where it was stopped')
    .action(() => withDatabase(({ sql }, { secretKeys }) => rotate(sql, secretKeys, printer)));
  command
    .command('discard')
    .description('remove the secrets whose key is lost')
    .option('--key <id>', 'the key that is lost for ever; without it, say which ones are not here')
    .option('--yes', 'do it; without it, say how many that are')
    .action((options: { key?: string; yes?: boolean }) =>
      withDatabase(({ sql }, { secretKeys }) => discard(sql, secretKeys, options, printer)),
    );
  return command;
}

const helpAfter = `
It works on the database that DATABASE_URL names, else on the one of the service
that runs with the data folder FLOTILLA_DATA, with the keys that the service has:
those of FLOTILLA_SECRET_KEY or FLOTILLA_SECRET_KEY_FILE, else secret.key in the
shared folder. How to change the key: docs/user/configuration.md.`;
