import type { Logger } from 'pino';

/**
 * A listener whose exceptions end one connection and nothing else: they are logged, and `end` is called. Node makes an
 * exception of a listener one of the whole process, so everything that reads what others sent is called through this.
 */
export function contain<Arguments extends readonly unknown[]>(
  listener: (...args: Arguments) => void,
  end: () => void,
  logger: Logger,
): (...args: Arguments) => void {
  return (...args) => {
    try {
      listener(...args);
    } catch (error) {
      logger.error({ err: error }, 'a connection was ended by an exception');
      end();
    }
  };
}
