import { FlotillaError } from '@flotilla/shared/errors';

/** Throws when the caller of a message about an Attempt does not hold it. */
export function requireHolder<T>(value: T | undefined | false, attemptId: number): T {
  if (value === undefined || value === false) {
    throw new FlotillaError('attempt.fenced', `Attempt ${attemptId} is no longer this runner's.`);
  }
  return value;
}
