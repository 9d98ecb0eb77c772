import type { Database } from '../db/database.ts';
import { auditEvents } from '../db/schema/audit.ts';

/** Everything that changes something for people, as `noun.participle`. */
export type AuditEvent =
  | 'action.saved'
  | 'execution.started'
  | 'execution.cancelled'
  | 'execution.paused'
  | 'execution.resumed'
  | 'execution.rerun'
  | 'execution.removed'
  | 'job.cancelled'
  | 'job.rerun'
  | 'runner.draining'
  | 'runner.resumed'
  | 'runner.forgotten'
  | 'job.included'
  | 'job.excluded'
  | 'token.created'
  | 'token.revoked';

/**
 * Writes who did what to the audit log. What was done has been committed by then, so callers tell others of it first: a
 * failing audit must hold up nobody.
 */
export async function audit(
  database: Database,
  actor: string,
  event: AuditEvent,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  await database.insert(auditEvents).values({ actor, event, details });
}
