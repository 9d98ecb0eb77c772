import { certificateTrouble } from './certificateTrouble.ts';

/**
 * Codes after which the same statement may succeed: the connection or the server went away, or the server chose a
 * victim. Whether the statement took effect is then unknown, so only idempotent ones may be repeated (docs/spec/database.md).
 */
const transientCodes: ReadonlySet<string> = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  // SQLSTATE: serialization failure, deadlock, shutdown, crash, cannot connect now, connection exceptions.
  '40001',
  '40P01',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  // It took longer than our statement_timeout: the server is overloaded, or somebody holds a lock.
  '57014',
  // The same by what an operator may have set for the role: lock_timeout and idle_session_timeout.
  '55P03',
  '57P05',
  // "Read-only transaction": after a failover the old server, or a standby, answers until addresses have followed.
  '25006',
]);

/**
 * Errors of the operating system when a server cannot be reached. Files, programs and other connections meet the same
 * ones, so that they count for a statement only, see {@link isOfStatement}.
 */
const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  // The kernel has given up on an answer, or on the way there.
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // Names of servers cannot be looked up for a while when the network or the name server is away.
  'ENOTFOUND',
  'EAI_AGAIN',
  // A server that is reached by a file has no socket while it is away.
  'ENOENT',
]);

/** SQLSTATE of what a database server can run out of, in words for people. */
const exhausted: Readonly<Record<string, string>> = {
  '53100': 'disk',
  '53200': 'memory',
  '53300': 'connections',
};

/**
 * Whether the database was away, busy, short of something or not to be trusted, as opposed to a statement that is wrong.
 * Looks through `cause`.
 */
export function isTransientDatabaseError(error: unknown): boolean {
  return chainOf(error).some(
    ({ code, error: one }) =>
      transientCodes.has(code) ||
      code in exhausted ||
      ((networkCodes.has(code) || certificateTrouble(one) !== undefined) && isOfStatement(one)),
  );
}

/** Whether the driver has rejected a statement with it: then it carries the statement. */
function isOfStatement(error: Error): boolean {
  return 'query' in error;
}

/** What the database has run out of; undefined for any other error. Nothing but room there helps. */
export function exhaustedResource(error: unknown): string | undefined {
  return chainOf(error)
    .map(({ code }) => exhausted[code])
    .find((resource) => resource !== undefined);
}

/** The errors with a code among an error and its causes. */
function chainOf(error: unknown): { readonly code: string; readonly error: Error }[] {
  const chain: { code: string; error: Error }[] = [];
  for (let current = error; current instanceof Error; current = current.cause)
    if ('code' in current && typeof current.code === 'string')
      chain.push({ code: current.code, error: current });
  return chain;
}
