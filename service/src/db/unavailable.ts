import { FlotillaError } from '@flotilla/shared/errors';
import type { Logger } from 'pino';
import { certificateTrouble } from './certificateTrouble.ts';
import { exhaustedResource } from './transientErrors.ts';

/**
 * The refusal of a call that met a transient error of the database: asked again, it may succeed. What only an operator
 * can mend is logged as an error.
 */
export function unavailable(error: unknown, logger: Pick<Logger, 'error'>): FlotillaError {
  const trouble = certificateTrouble(error);
  if (trouble !== undefined) {
    logger.error({ err: error }, `the certificate of the database ${trouble}`);
    return new FlotillaError(
      'unavailable',
      `The database cannot be trusted: its certificate ${trouble}. Its operator has to mend that.`,
      { cause: error },
    );
  }
  const resource = exhaustedResource(error);
  if (resource === undefined)
    return new FlotillaError('unavailable', 'The database is away for a moment. Try again.', {
      cause: error,
    });
  logger.error({ err: error }, `the database has run out of ${resource}`);
  return new FlotillaError(
    'unavailable',
    `The database has run out of ${resource}: make room there, and try again.`,
    {
      cause: error,
    },
  );
}
