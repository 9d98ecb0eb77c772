import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { z } from 'zod';
import type { SourceProblem } from '../sourceProblem.ts';
import { actionFile, type ActionFile } from './actionSchema.ts';
import type { Definition } from './definition.ts';
import { parseDuration } from './duration.ts';
import { stemOf } from './fileNames.ts';
import { scopeQueryProblems } from './scopeQueryProblems.ts';

export type ParsedAction =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly problems: readonly SourceProblem[] };

/**
 * Parses the text of an action file (JSON with comments). Every problem points into the text; the problems are
 * in the order of their places. `fileName` gives the Action its name where the text has none.
 */
export function parseAction(text: string, fileName: string): ParsedAction {
  const syntaxErrors: ParseError[] = [];
  const root = parseTree(text, syntaxErrors, { allowTrailingComma: true });
  if (syntaxErrors.length > 0) return { ok: false, problems: syntaxErrors.map(syntaxProblem) };
  if (root === undefined) {
    return {
      ok: false,
      problems: [
        { message: 'The file is empty: an Action is a JSON object.', offset: 0, length: text.length },
      ],
    };
  }
  const parsed = actionFile.safeParse(valueOf(root));
  if (!parsed.success)
    return {
      ok: false,
      problems: sorted(parsed.error.issues.flatMap((issue) => schemaProblems(root, issue))),
    };
  const queryProblems = scopeQueryProblems(root);
  if (queryProblems.length > 0) return { ok: false, problems: queryProblems };
  return { ok: true, definition: toDefinition(parsed.data, fileName) };
}

function toDefinition(file: ActionFile, fileName: string): Definition {
  return {
    name: file.name ?? stemOf(fileName),
    description: file.description ?? '',
    scopeQuery: file.scopeQuery,
    image: file.image ?? null,
    env: file.env ?? {},
    timeoutSeconds: file.timeout === undefined ? null : (parseDuration(file.timeout) ?? null),
    network: file.network ?? 'default',
    steps: file.steps.map((step) =>
      step.type === 'command'
        ? { type: 'command', args: step.args, cacheDirs: step.cacheDirs ?? [] }
        : { type: 'docker', image: step.image, args: step.args ?? [], cacheDirs: step.cacheDirs ?? [] },
    ),
  };
}

function syntaxProblem(error: ParseError): SourceProblem {
  const name = printParseErrorCode(error.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return {
    message: `This is not JSON with comments: ${name}.`,
    offset: error.offset,
    length: Math.max(1, error.length),
  };
}

function schemaProblems(root: Node, issue: z.core.$ZodIssue): SourceProblem[] {
  const path = issue.path.filter((key): key is string | number => typeof key !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const property = findNodeAtLocation(root, [...path, key])?.parent ?? nearestNode(root, path);
      return { message: `"${key}" is not known here.`, offset: property.offset, length: key.length + 2 };
    });
  }
  const node = findNodeAtLocation(root, path);
  const last = path.at(-1);
  const message =
    node === undefined && last !== undefined ? `"${last}" is missing. ${issue.message}` : issue.message;
  const place = node ?? nearestNode(root, path);
  return [{ message, offset: place.offset, length: node === undefined ? 1 : place.length }];
}

/** The innermost node on the way to a path that is not there. */
function nearestNode(root: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return root;
}

/** The value of a syntax tree. Objects have no prototype, so that a key like `__proto__` is an ordinary key. */
function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf);
  if (node.type !== 'object') return node.value as unknown;
  const entries = (node.children ?? []).map((property): [string, unknown] => {
    const [key, value] = property.children ?? [];
    return [String(key?.value), value === undefined ? undefined : valueOf(value)];
  });
  return Object.fromEntries(entries);
}

function sorted(problems: SourceProblem[]): SourceProblem[] {
  return problems.sort((a, b) => a.offset - b.offset);
}
