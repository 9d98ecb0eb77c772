import type { Command } from 'commander';
import { printer } from '../commands/printer.ts';
import { commandNamed, withDatabase } from '../commands/runCommand.ts';
import { openSecrets } from '../secrets/openSecrets.ts';
import { add, list, remove, replace, test, type HostOptions, type HostsContext } from './manageHosts.ts';

/** The command with its subcommands. */
export function hostCommand(): Command {
  const command = commandNamed(
    'npm run host --',
    'Connects code hosts, and disconnects them. Folders of repositories are named by FLOTILLA_REPOSITORIES instead.',
  ).addHelpText('after', helpAfter);
  command
    .command('add')
    .description('try a host, and connect it')
    .argument('<name>', 'what people call it, such as forge')
    .argument('<address>', 'where it is, such as https://git.example.org')
    .requiredOption('--kind <kind>', 'gitea (Forgejo too), or git for a server of plain git')
    .option('--credential-file <file>', 'a file with the token, password or private key; - is standard input')
    .option('--owner <name...>', 'gitea: take the repositories of these organisations and users alone')
    .option('--url <url...>', 'git: the addresses of its repositories')
    .option('--username <name>', 'who the credential belongs to, where git asks')
    .option('--known-hosts <file>', 'git over ssh: a file known_hosts with its keys')
    .action((name: string, address: string, options: HostOptions) =>
      withHosts((context) => add(context, { name, address, ...options }, printer)),
    );
  command
    .command('list')
    .description('list the hosts, folders too')
    .action(() => withHosts((context) => list(context, printer)));
  command
    .command('test')
    .description('try a host with the credential that is kept')
    .argument('<name>', 'its name in the list')
    .action((name: string) => withHosts((context) => test(context, name, printer)));
  command
    .command('credential')
    .description('replace the credential of a host: whatever waits for one goes on')
    .argument('<name>', 'its name in the list')
    .requiredOption('--credential-file <file>', 'a file with it; - is standard input')
    .action((name: string, { credentialFile }: { credentialFile: string }) =>
      withHosts((context) => replace(context, { name, credentialFile }, printer)),
    );
  command
    .command('remove')
    .description('disconnect a host and forget its credential; what was published there stays')
    .argument('<name>', 'its name in the list')
    .action((name: string) => withHosts((context) => remove(context, name, printer)));
  return command;
}

function withHosts(work: (context: HostsContext) => Promise<void>): Promise<void> {
  return withDatabase(async ({ sql, database }, config) => {
    const secrets = await openSecrets(sql, config.secretKeys);
    await work({ sql, database, secrets, allowLocal: config.localHosts });
  });
}

const helpAfter = `
It works on the database that DATABASE_URL names, else on the one of the service
that runs with the data folder FLOTILLA_DATA, with that service's secret key.
Everyone with a token for the service can read what it mirrors.

  npm run host -- add forge https://git.example.org --kind gitea --credential-file forge.token
  npm run host -- test forge
  npm run host -- remove forge`;
