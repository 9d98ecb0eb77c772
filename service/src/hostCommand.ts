/** `npm run host -- …`: connects, lists, tries and disconnects code hosts. */
import { runCommand } from './commands/runCommand.ts';
import { hostCommand } from './hostCommand/command.ts';

process.exitCode = await runCommand(hostCommand(), process.argv.slice(2));
