import { FlotillaError } from '@flotilla/shared/errors';
import { parseScopeQuery } from '@flotilla/shared/query/parseScopeQuery';
import type { ScopeQuery } from '@flotilla/shared/query/scopeQuery';
import type { SourceProblem } from '@flotilla/shared/sourceProblem';

/** A query is written by hand, and shown in a line; a longer one would be no argument of a program either. */
const maxQueryLength = 10_000;

/** Reads a scope query that can be searched. Throws `scope.invalid` with the problems. */
export function readQuery(text: string): ScopeQuery {
  refuse(unsearchable(text));
  const parsed = parseScopeQuery(text);
  if (!parsed.ok) throw invalid(parsed.problems);
  // git looks for each line of a text, and takes any of them.
  if (parsed.query.literal?.includes('\n') === true)
    refuse({
      message: 'A text is looked for within lines: leave the line end out.',
      offset: 0,
      length: text.length,
    });
  return parsed.query;
}

function unsearchable(text: string): SourceProblem | undefined {
  const nul = text.indexOf('\0');
  if (nul !== -1)
    return {
      message: `The query has a NUL character at column ${nul + 1}, which no name and no text has. Take it out.`,
      offset: nul,
      length: 1,
    };
  if (text.length <= maxQueryLength) return undefined;
  return {
    message: `The query has ${text.length} characters; ${maxQueryLength} are the most. Shorten it.`,
    offset: maxQueryLength,
    length: text.length - maxQueryLength,
  };
}

function refuse(problem: SourceProblem | undefined): void {
  if (problem !== undefined) throw invalid([problem]);
}

function invalid(problems: readonly SourceProblem[]): FlotillaError {
  return new FlotillaError('scope.invalid', problems.map((problem) => problem.message).join(' '), {
    details: { problems },
  });
}
