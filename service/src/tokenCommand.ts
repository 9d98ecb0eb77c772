/** `npm run token -- …`: makes, lists and revokes the tokens of people and runners. */
import { runCommand } from './commands/runCommand.ts';
import { tokenCommand } from './tokenCommand/command.ts';

process.exitCode = await runCommand(tokenCommand(), process.argv.slice(2));
