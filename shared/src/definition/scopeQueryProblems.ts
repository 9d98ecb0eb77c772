import { findNodeAtLocation, type Node } from 'jsonc-parser';
import { parseScopeQuery } from '../query/parseScopeQuery.ts';
import type { SourceProblem } from '../sourceProblem.ts';
import { longestQuery } from './actionSchema.ts';
import { syntaxTreeOf } from './syntax.ts';

/**
 * What is wrong in the scope query of an action file: the one thing that its JSON Schema cannot say. Empty for a text
 * that has no query yet, also when the rest of it is broken.
 */
export function findScopeQueryProblems(text: string): readonly SourceProblem[] {
  const root = syntaxTreeOf(text);
  return root === undefined ? [] : scopeQueryProblems(root);
}

/** The same for a syntax tree of the whole file. */
export function scopeQueryProblems(root: Node): readonly SourceProblem[] {
  const node = findNodeAtLocation(root, ['scopeQuery']);
  if (node?.type !== 'string') return [];
  const query = String(node.value);
  // The schema says that it is too long.
  if (query.length > longestQuery) return [];
  const parsed = parseScopeQuery(query);
  if (parsed.ok) return [];
  // Inside the quotes the offsets are exact as long as the string has no escape; else the whole string is marked.
  const exact = node.length === query.length + 2;
  return parsed.problems.map((problem) =>
    exact
      ? { ...problem, offset: node.offset + 1 + problem.offset }
      : { ...problem, offset: node.offset, length: node.length },
  );
}
