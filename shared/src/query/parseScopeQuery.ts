import { mostProblems, shownName, type SourceProblem } from '../sourceProblem.ts';
import type { Pattern, ScopeQuery } from './scopeQuery.ts';
import { tokenize, type Token } from './tokenize.ts';

export type ParsedScopeQuery =
  | { readonly ok: true; readonly query: ScopeQuery }
  | { readonly ok: false; readonly problems: readonly SourceProblem[] };

const aliases: Readonly<Record<string, string>> = { r: 'repo', f: 'file', path: 'file' };
const knownFilters = 'repo:, -repo:, file:, count:';

/**
 * Parses a scope query: `repo:`, `-repo:`, `file:`, `count:` and literal text. The words that are no filter make,
 * joined by one space, one exact text (Sourcegraph's literal pattern type). Whether a regular expression is valid
 * RE2 is checked where it is evaluated. A query without any condition matches every repository.
 */
export function parseScopeQuery(text: string): ParsedScopeQuery {
  const problems: SourceProblem[] = [];
  const repo: Pattern[] = [];
  const notRepo: Pattern[] = [];
  const file: Pattern[] = [];
  const words: string[] = [];
  let count: { value: number | null } | undefined;

  const filters: Readonly<Record<string, (token: FilterToken) => void>> = {
    repo: (token) => {
      if (token.value.includes('@')) {
        problems.push(
          problemOf(token, 'A Target is always the default branch: "repo:" takes no "@revision".'),
        );
      } else (token.negated ? notRepo : repo).push({ source: token.value, offset: token.valueOffset });
    },
    file: (token) => {
      if (token.negated) problems.push(problemOf(token, '"-file:" is not supported; "file:" is.'));
      else file.push({ source: token.value, offset: token.valueOffset });
    },
    count: (token) => {
      const value = parseCount(token.value);
      if (token.negated || value === undefined) {
        problems.push(problemOf(token, '"count:" requires a positive number, or "all".'));
      } else if (count !== undefined) problems.push(problemOf(token, '"count:" may be given only once.'));
      else count = { value };
    },
  };

  for (const token of tokenize(text)) {
    if (problems.length >= mostProblems) break;
    if (token.kind === 'unterminated') {
      problems.push({
        message: 'This quotation mark has no partner.',
        offset: token.offset,
        length: token.length,
      });
    } else if (token.kind === 'word') {
      words.push(token.value);
    } else {
      const read = filters[aliases[token.name] ?? token.name];
      if (read === undefined) problems.push(problemOf(token, unknownFilter(token)));
      else read(token);
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const literal = words.length === 0 ? null : words.join(' ');
  return { ok: true, query: { repo, notRepo, file, literal, count: count?.value ?? null } };
}

type FilterToken = Extract<Token, { kind: 'filter' }>;

function parseCount(value: string): number | null | undefined {
  if (value === 'all') return null;
  return /^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined;
}

function unknownFilter(token: FilterToken): string {
  return `"${shownName(token.name)}:" is not a filter. Known are ${knownFilters}; put the word in quotation marks to look for it as text.`;
}

function problemOf(token: FilterToken, message: string): SourceProblem {
  return { message, offset: token.offset, length: token.length };
}
