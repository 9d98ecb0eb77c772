import type { Logger } from 'pino';

/**
 * Until disposed, logs what nobody has caught instead of ending the process: one request's exception must not end
 * the others (docs/decisions/0145). Background work has its own way to say that it failed (service.ts).
 */
export function logStrayErrors(logger: Logger): Disposable {
  const log = (error: unknown, origin: string) =>
    logger.error({ err: error, origin }, 'nobody caught an exception; the service goes on');
  process.on('uncaughtException', log);
  return { [Symbol.dispose]: () => process.off('uncaughtException', log) };
}
