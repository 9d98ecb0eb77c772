/** `npm run audit -- …`: reads who changed what, and when. */
import { runCommand } from './commands/runCommand.ts';
import { auditCommand } from './telemetry/auditCommand.ts';

process.exitCode = await runCommand(auditCommand(), process.argv.slice(2));
