/**
 * Codes after which the same statement may succeed: the connection or the server went away, or the server chose a
 * victim. Whether the statement took effect is then unknown, so only idempotent ones may be repeated (runner.md §6).
 */
const transientCodes: ReadonlySet<string> = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  // SQLSTATE: serialization failure, deadlock, shutdown, crash, cannot connect now, connection exceptions.
  '40001',
  '40P01',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
]);

/** Whether the database was away or busy, as opposed to a statement that is wrong. Looks through `cause`. */
export function isTransientDatabaseError(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string' && transientCodes.has(current.code))
      return true;
  }
  return false;
}
