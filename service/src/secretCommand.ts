/** `npm run secret -- …`: lists what is kept encrypted, and changes its key. */
import { runCommand } from './commands/runCommand.ts';
import { secretCommand } from './secrets/command.ts';

process.exitCode = await runCommand(secretCommand(), process.argv.slice(2));
