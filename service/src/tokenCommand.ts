/** `npm run token -- …`: makes, lists and revokes the tokens of people and runners. */
import { runTokenCommand } from './tokens/command.ts';

process.exitCode = await runTokenCommand(process.argv.slice(2));
