import { findNodeAtLocation, type Node } from 'jsonc-parser';
import type { z } from 'zod';
import { mostProblems, shownName, type SourceProblem } from '../sourceProblem.ts';
import { isStorable } from '../storableText.ts';
import { actionFile, longestName, type ActionFile } from './actionSchema.ts';
import { parseByteSize } from './byteSize.ts';
import type { Definition } from './definition.ts';
import { parseDuration } from './duration.ts';
import { stemOf } from './fileNames.ts';
import { scopeQueryProblems } from './scopeQueryProblems.ts';
import type { StepDefinition } from './stepDefinition.ts';
import { findSyntaxProblems, isBlank, syntaxTreeOf } from './syntax.ts';

export type ParsedAction =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly problems: readonly SourceProblem[] };

/**
 * Parses the text of an action file (JSON with comments). Every problem points into the text; the problems are
 * in the order of their places, and the first {@link mostProblems} are told. `fileName` gives the Action its name where the text has none.
 */
export function parseAction(text: string, fileName: string): ParsedAction {
  // A byte order mark is no part of the text, but of its offsets.
  const json = text.replace(/^\ufeff/, ' ');
  if (isBlank(json)) return refused([emptyFile(text)]);
  const syntaxProblems = findSyntaxProblems(json);
  const root = syntaxProblems.length > 0 ? undefined : syntaxTreeOf(json);
  if (root === undefined) return refused(syntaxProblems);
  const unstorable = unstorableTexts(root);
  if (unstorable.length > 0) return refused(unstorable);
  const parsed = actionFile.safeParse(valueOf(root), { error: typeSentence });
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, mostProblems);
    return refused(issues.flatMap((issue) => schemaProblems(root, issue)));
  }
  const queryProblems = scopeQueryProblems(root);
  if (queryProblems.length > 0) return refused(queryProblems);
  const definition = toDefinition(parsed.data, fileName);
  if (definition.name.length > longestName) {
    const message = `The file's name has more than ${longestName} characters: give the Action a "name".`;
    return refused([{ message, offset: root.offset, length: 1 }]);
  }
  return { ok: true, definition };
}

function refused(problems: readonly SourceProblem[]): ParsedAction {
  return { ok: false, problems: problems.toSorted((a, b) => a.offset - b.offset).slice(0, mostProblems) };
}

function emptyFile(text: string): SourceProblem {
  const message = 'The file is empty: an Action is a JSON object.';
  return { message, offset: 0, length: Math.max(1, text.length) };
}

function toDefinition(file: ActionFile, fileName: string): Definition {
  return {
    name: file.name ?? stemOf(fileName),
    description: file.description ?? '',
    scopeQuery: file.scopeQuery,
    image: file.image ?? null,
    env: file.env ?? {},
    timeoutSeconds: secondsOf(file.timeout),
    network: file.network ?? 'default',
    resources: {
      memoryBytes: bytesOf(file.resources?.memory),
      cpus: file.resources?.cpus ?? null,
      processes: file.resources?.processes ?? null,
      diskBytes: bytesOf(file.resources?.disk),
    },
    profile: file.profile ?? 'default',
    requires: [...new Set(file.requires)].sort(),
    priority: file.priority ?? 0,
    maxParallel: file.maxParallel ?? null,
    maxFailures: file.maxFailures ?? null,
    steps: file.steps.map(toStep),
  };
}

function toStep(step: ActionFile['steps'][number]): StepDefinition {
  const ofAnyStep = {
    args: step.args ?? [],
    cacheDirs: step.cacheDirs ?? [],
    timeoutSeconds: secondsOf(step.timeout),
  };
  return step.type === 'command'
    ? { type: 'command', ...ofAnyStep }
    : { type: 'docker', image: step.image, ...ofAnyStep };
}

function secondsOf(duration: string | undefined): number | null {
  return duration === undefined ? null : (parseDuration(duration) ?? null);
}

function bytesOf(size: string | undefined): number | null {
  return size === undefined ? null : (parseByteSize(size) ?? null);
}

/** What is needed where a value of another type is; nothing to add where there is none. */
function typeSentence(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.input === undefined) return '';
  return typeSentences[String(issue.expected)];
}

const typeSentences: Readonly<Record<string, string>> = {
  array: 'A list is needed here.',
  object: 'An object is needed here.',
  record: 'An object is needed here.',
  int: 'A whole number is needed here.',
  number: 'A number is needed here.',
  string: 'A text in quotation marks is needed here.',
};

function schemaProblems(root: Node, issue: z.core.$ZodIssue): SourceProblem[] {
  const path = issue.path.filter((key): key is string | number => typeof key !== 'symbol');
  const node = findNodeAtLocation(root, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, mostProblems).map((key) => {
      const property = findNodeAtLocation(root, [...path, key])?.parent ?? nearestNode(root, path);
      return {
        message: `"${shownName(key)}" is not known here.`,
        offset: property.offset,
        length: key.length + 2,
      };
    });
  }
  if (issue.code === 'invalid_key') {
    const key = node?.parent?.children?.[0] ?? nearestNode(root, path);
    return issue.issues.map(({ message }) => ({ message, offset: key.offset, length: key.length }));
  }
  if (node !== undefined) return [{ message: issue.message, offset: node.offset, length: node.length }];
  const message = `"${path.at(-1) ?? ''}" is missing. ${issue.message}`.trim();
  return [{ message, offset: nearestNode(root, path).offset, length: 1 }];
}

function unstorableTexts(node: Node, found: SourceProblem[] = []): SourceProblem[] {
  if (found.length >= mostProblems) return found;
  for (const child of node.children ?? []) unstorableTexts(child, found);
  if (node.type === 'string' && !isStorable(String(node.value))) {
    const message = 'This text has a NUL character or half of a surrogate pair, which cannot be stored.';
    found.push({ message, offset: node.offset, length: node.length });
  }
  return found;
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
