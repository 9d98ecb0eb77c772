import { FlotillaError } from '@flotilla/shared/errors';

/** The refusal of a scope that is not kept any more, or never was for this user. */
export function scopeExpired(): FlotillaError {
  return new FlotillaError(
    'scope.expired',
    'The scope is not kept any more, because it was looked at more than 15 minutes ago, or many others since. Look at it again.',
  );
}
