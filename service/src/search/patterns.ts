import { FlotillaError, messageOf } from '@flotilla/shared/errors';
import type { Pattern } from '@flotilla/shared/query/scopeQuery';
import { RE2JS } from 're2js';

/** Tests a whole text for a match anywhere in it. */
export type Matcher = (text: string) => boolean;

/**
 * Compiles a regular expression of a query: RE2, letter case aside, unanchored. RE2 takes time linear in its input,
 * so no user's pattern can hold up the service. Throws `scope.invalid` with the place.
 */
export function compilePattern(pattern: Pattern, filter: string): Matcher {
  try {
    const compiled = RE2JS.compile(pattern.source, RE2JS.CASE_INSENSITIVE);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    throw new FlotillaError(
      'scope.invalid',
      `"${filter}${pattern.source}" at column ${pattern.offset + 1} of the query is not a regular expression (RE2): ${messageOf(error)}.`,
      { details: { offset: pattern.offset, length: pattern.source.length }, cause: error },
    );
  }
}
