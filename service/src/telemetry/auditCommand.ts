import { InvalidArgumentError, type Command } from 'commander';
import { printer } from '../commands/printer.ts';
import { commandNamed, withDatabase } from '../commands/runCommand.ts';
import { auditDetails } from './audit.ts';
import { printAudit, type AuditQuestion } from './readAudit.ts';

/** The command. It asks and changes nothing. */
export function auditCommand(): Command {
  return commandNamed('npm run audit --', 'Shows who changed what, the latest last.')
    .option(
      '--event <name>',
      'one kind of event, such as campaign.created, or all of a noun: campaign',
      eventPattern,
    )
    .option('--actor <name>', 'what one user did; flotilla is the service itself')
    .option('--since <time>', 'from a time on, such as 2026-11-29 or 2026-11-29T08:00Z', timeOf)
    .option('--limit <number>', 'so many of the latest', countOf, 100)
    .option('--json', 'one JSON object a line, for programs')
    .addHelpText('after', helpAfter)
    .action((question: AuditQuestion) => withDatabase(({ sql }) => printAudit(sql, question, printer)));
}

function eventPattern(text: string): string {
  const events = Object.keys(auditDetails);
  if (events.some((event) => event === text || event.startsWith(`${text}.`))) return text;
  throw new InvalidArgumentError(`There is no such event. There are ${events.join(', ')}.`);
}

function timeOf(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('It is no time such as 2026-11-29T08:00Z.');
  return time;
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    throw new InvalidArgumentError('It takes a number from 1 to 100,000.');
  return count;
}

const helpAfter = `
It reads the database that DATABASE_URL names, else that of the service that runs
with the data folder FLOTILLA_DATA. Times are in UTC.`;
