import { FlotillaError, messageOf } from '@flotilla/shared/errors';
import type { Pattern } from '@flotilla/shared/query/scopeQuery';
import { RE2JS } from 're2js';
import { shortened } from './shortened.ts';

/** Tests a whole text for a match anywhere in it. */
export type Matcher = (text: string) => boolean;

/**
 * Steps that the patterns of a query may have together once they are compiled, counted repetitions written out; the time of a
 * match is steps by letters. A name has few letters, and lists of names are searched for; a path of 4096 letters takes a
 * quarter of a second at the very worst, and mostly a thousandth of that.
 */
export const maxSteps = { names: 10_000, paths: 1000 };

/** What a pattern counts at least: a thousand small ones take more memory than one of their steps. */
const leastSteps = 20;

/** Repetitions of counted ones together: each is compiled as often. */
const maxRepetitions = 1000;
/** Classes of letters beyond ASCII: each takes milliseconds to compile, without regard to letter case. */
const maxWideClasses = 16;

const repetition = /\{(\d+)(?:,(\d*))?\}/g;
const wideClass = /\\[pPx]|-[^\0-\x7f]/g;

/** Compiles the patterns of one query, of which none may take long. */
export class Patterns {
  readonly #maxSteps: number;
  #steps = 0;

  constructor(most: number) {
    this.#maxSteps = most;
  }

  /**
   * Compiles a regular expression of a query: RE2, letter case aside, unanchored. RE2 takes time linear in its input,
   * so no user's pattern can hold up the service. Throws `scope.invalid` with the place.
   */
  compile(pattern: Pattern, filter: string): Matcher {
    if (isLaborious(pattern.source)) throw tooLarge(pattern, filter);
    const compiled = parse(pattern, filter);
    this.#steps += Math.max(compiled.programSize(), leastSteps);
    if (this.#steps > this.#maxSteps) throw tooLarge(pattern, filter);
    return (text) => compiled.test(text);
  }
}

/** Whether a pattern would take long to compile. */
function isLaborious(source: string): boolean {
  const repetitions = [...source.matchAll(repetition)].map(([, least, most]) => Number(most || least));
  const wide = source.match(wideClass)?.length ?? 0;
  return wide > maxWideClasses || repetitions.reduce((sum, count) => sum + count, 0) > maxRepetitions;
}

function tooLarge(pattern: Pattern, filter: string): FlotillaError {
  return refusal(
    pattern,
    `${placeOf(pattern, filter)} makes the regular expressions of this query too large, by its length, its repetitions ("{100}") or its classes ("\\pL"). Write fewer or shorter ones.`,
  );
}

function parse(pattern: Pattern, filter: string): RE2JS {
  try {
    return RE2JS.compile(pattern.source, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    throw refusal(
      pattern,
      `${placeOf(pattern, filter)} is not a regular expression (RE2): ${messageOf(error)}.`,
      error,
    );
  }
}

function placeOf(pattern: Pattern, filter: string): string {
  return `"${filter}${shortened(pattern.source)}" at column ${pattern.offset + 1} of the query`;
}

function refusal(pattern: Pattern, message: string, cause?: unknown): FlotillaError {
  const details = { offset: pattern.offset, length: pattern.source.length };
  return new FlotillaError('scope.invalid', message, { details, cause });
}
