import type { Logger } from 'pino';

/**
 * Keeps the process alive through one known defect of postgres.js: when a backend dies while a transaction is open,
 * it writes to a socket that is gone, from a timer, where nobody can catch it (porsager/postgres#1208). The query
 * itself has been rejected and the pool's other connections work on; that one first sends what it could not write, so
 * its next users fail. Therefore the service opens no transaction (see database.ts), and this guard is for one that
 * comes in by a library. Any other uncaught exception still ends the process.
 */
export function guardAgainstDriverCrash(logger: Logger): Disposable {
  const onUncaught = (error: unknown) => {
    if (isDriverCrash(error)) {
      logger.warn({ err: error }, 'the database driver lost a connection inside a transaction');
      return;
    }
    logger.fatal({ err: error }, 'uncaught exception');
    logger.flush();
    // The exit code of Node for an uncaught exception; listeners suppress its own exit.
    process.exit(1);
  };
  process.on('uncaughtException', onUncaught);
  return { [Symbol.dispose]: () => void process.off('uncaughtException', onUncaught) };
}

/** Whether this is exactly that defect: the null socket in the driver's `nextWrite`, and nothing else. */
export function isDriverCrash(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    error.message.includes("reading 'write'") &&
    /\bnextWrite\b.*[/\\]postgres[/\\]/.test(error.stack ?? '')
  );
}
