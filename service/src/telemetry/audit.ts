import type { Fragment } from 'postgres';
import type { Sql } from '../db/database.ts';

/**
 * Everything that changes something for people, as `noun.participle`, with the names of its details: what a person does,
 * what gives access, and what the service removes by itself. What comes of a Job is no event: its rows say it.
 */
export const auditDetails = {
  'action.saved': ['action', 'version'],
  'execution.started': ['execution', 'action', 'version', 'jobs'],
  'execution.cancelled': ['execution', 'jobs'],
  'execution.paused': ['execution'],
  'execution.resumed': ['execution'],
  'execution.rerun': ['execution', 'scope', 'jobs'],
  'execution.removed': ['execution', 'action'],
  'job.cancelled': ['job'],
  'job.rerun': ['job'],
  'job.included': ['job', 'path'],
  'job.excluded': ['job', 'path'],
  'campaign.created': ['campaign', 'execution', 'plan', 'changesets', 'reason'],
  'campaign.updated': ['campaign', 'execution', 'plan', 'created', 'updated', 'closed', 'reason'],
  'campaign.driftChecked': ['campaign', 'execution'],
  'campaign.closed': ['campaign', 'changesets'],
  'changeset.decided': ['changeset', 'decision', 'commit'],
  'changeset.gatePassed': ['changeset', 'tree', 'reason'],
  'changeset.wanted': ['changeset', 'wish'],
  'runner.registered': ['runner', 'token'],
  'runner.draining': ['runner'],
  'runner.resumed': ['runner'],
  'runner.forgotten': ['runner'],
  'user.created': ['user', 'role'],
  'token.created': ['token', 'scope', 'user', 'label'],
  'token.revoked': ['token'],
  'pairingCode.created': ['user'],
  'codeHost.connected': ['codeHost', 'kind', 'name', 'location'],
  'codeHost.disconnected': ['codeHost', 'name'],
  'secret.set': ['kind', 'owner', 'name'],
  'secret.removed': ['kind', 'owner', 'name'],
  'secret.rotated': ['kind', 'owner', 'name', 'key'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type AuditEvent = keyof typeof auditDetails;

/** The actor of what the service does by itself. */
export const byItself = 'flotilla';

export interface Audited<Event extends AuditEvent> {
  /** The name of who did it: a text, or an expression over the rows of `of`. */
  readonly actor: string | Fragment;
  readonly event: Event;
  /** Expressions over the rows of `of`; a parameter among them needs a cast. */
  readonly details: Readonly<Record<(typeof auditDetails)[Event][number], Fragment>>;
  /** What the change returned, as it stands after `from`: a row is written for each of its rows, none where nothing changed. */
  readonly of: Fragment;
}

/**
 * Writes who did what to the audit log: the insert of a CTE in the statement that does it. So the two are committed
 * together, and a change whose row cannot be written does not happen.
 */
export function auditing<Event extends AuditEvent>(
  sql: Sql,
  { actor, event, details, of }: Audited<Event>,
): Fragment {
  const pairs = Object.entries<Fragment>(details).map(
    ([name, value], index) => sql`${index === 0 ? sql`` : sql`,`} ${name}::text, ${value}`,
  );
  return sql`
    insert into audit_events (actor, event, details)
    select ${typeof actor === 'string' ? sql`${actor}::text` : actor}, ${event}::text, jsonb_build_object(${pairs})
      from ${of}`;
}
