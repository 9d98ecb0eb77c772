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

/** SQLSTATE of what a database server can run out of, in words for people. */
const exhausted: Readonly<Record<string, string>> = {
  '53100': 'disk',
  '53200': 'memory',
  '53300': 'connections',
};

/** Whether the database was away, busy or short of something, as opposed to a statement that is wrong. Looks through `cause`. */
export function isTransientDatabaseError(error: unknown): boolean {
  return (
    codesOf(error).some((code) => transientCodes.has(code) || code in exhausted) || isSocketMissing(error)
  );
}

/** A server that is reached by a file has no socket while it is away. Any other file that is missing is no such thing. */
function isSocketMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ENOENT' &&
    'syscall' in error &&
    error.syscall === 'connect'
  );
}

/** What the database has run out of; undefined for any other error. Nothing but room there helps. */
export function exhaustedResource(error: unknown): string | undefined {
  return codesOf(error)
    .map((code) => exhausted[code])
    .find((resource) => resource !== undefined);
}

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause)
    if ('code' in current && typeof current.code === 'string') codes.push(current.code);
  return codes;
}
