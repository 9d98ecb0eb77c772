import type { Printer } from '../commands/printer.ts';
import { tableLines } from '../commands/tableLines.ts';
import type { Sql } from '../db/database.ts';

export interface AuditQuestion {
  /** An event, or the noun of several. */
  readonly event?: string;
  readonly actor?: string;
  readonly since?: Date;
  /** So many of the latest. */
  readonly limit: number;
  readonly json?: boolean;
}

interface AuditRow {
  readonly at: string;
  readonly actor: string;
  readonly event: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Prints what is asked for, the latest last. */
export async function printAudit(sql: Sql, question: AuditQuestion, printer: Printer): Promise<void> {
  const rows = await selectAudit(sql, question);
  if (question.json === true) {
    for (const row of rows) printer.out(JSON.stringify(row));
    return;
  }
  if (rows.length === 0) return printer.say('Nothing of that kind has happened.');
  const cells = rows.map(({ at, actor, event, details }) => [at, actor, event, detailsText(details)]);
  for (const line of tableLines(['TIME', 'WHO', 'WHAT', 'DETAILS'], cells)) printer.out(line);
}

async function selectAudit(sql: Sql, { event, actor, since, limit }: AuditQuestion): Promise<AuditRow[]> {
  const rows = await sql<AuditRow[]>`
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, actor, event, details from audit_events
     where (${event ?? null}::text is null or event = ${event ?? null} or starts_with(event, ${event ?? ''} || '.'))
       and (${actor ?? null}::text is null or actor = ${actor ?? null})
       and (${since?.toISOString() ?? null}::timestamptz is null or at >= ${since?.toISOString() ?? null}::timestamptz)
     order by id desc limit ${limit}`;
  return rows.toReversed();
}

/** Details of one event, as `name=value`; texts with blanks are quoted. */
function detailsText(details: Readonly<Record<string, unknown>>): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `${name}=${/[\s"=]/.test(text) ? JSON.stringify(text) : text}`;
    })
    .join(' ');
}
