import { describe, expect, test } from 'vitest';
import { parseAction } from './parseAction.ts';

const step = '{ "type": "command", "args": ["true"] }';
/** The text of an Action file: a right one, with more beside its scope and its steps. */
const withMore = (more: string) => `{ "scopeQuery": "repo:", "steps": [${step}], ${more} }`;
const withStep = (text: string) => `{ "scopeQuery": "repo:", "steps": [${text}] }`;

/** Each problem as the text it points to and what it says. */
function problemsOf(text: string): [string, string][] {
  const parsed = parseAction(text, 'example.action.json');
  if (parsed.ok) return [];
  return parsed.problems.map(({ offset, length, message }) => [text.slice(offset, offset + length), message]);
}

function definitionOf(text: string, fileName = 'example.action.json') {
  const parsed = parseAction(text, fileName);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.definition;
}

describe('an Action file becomes a Definition', () => {
  test('with what it says', () => {
    const text = `{
      "$schema": "./action.schema.json",
      "name": "bump-node",
      "description": "Node 24 everywhere.",
      "scopeQuery": "repo:web file:package.json",
      "image": "node:24",
      "env": { "LEVEL": "high" },
      "timeout": "1h30m",
      "network": "none",
      "resources": { "memory": "2g", "cpus": 1.5, "processes": 100, "disk": "10g" },
      "profile": "strict",
      "requires": ["linux", "gpu", "linux"],
      "priority": -5,
      "maxParallel": 4,
      "maxFailures": 2,
      "steps": [
        { "type": "command", "args": ["sh", "-c", "make"], "cacheDirs": ["/root/.npm"], "timeout": "10m" },
        { "type": "docker", "image": "alpine:3", "args": ["ls"] }
      ]
    }`;
    expect(definitionOf(text)).toEqual({
      name: 'bump-node',
      description: 'Node 24 everywhere.',
      scopeQuery: 'repo:web file:package.json',
      image: 'node:24',
      env: { LEVEL: 'high' },
      timeoutSeconds: 5400,
      network: 'none',
      resources: { memoryBytes: 2 * 1024 ** 3, cpus: 1.5, processes: 100, diskBytes: 10 * 1024 ** 3 },
      profile: 'strict',
      requires: ['gpu', 'linux'],
      priority: -5,
      maxParallel: 4,
      maxFailures: 2,
      steps: [
        { type: 'command', args: ['sh', '-c', 'make'], cacheDirs: ['/root/.npm'], timeoutSeconds: 600 },
        { type: 'docker', image: 'alpine:3', args: ['ls'], cacheDirs: [], timeoutSeconds: null },
      ],
    });
  });

  test('with its standards where it says nothing, and the name of its file', () => {
    expect(definitionOf(withStep(step), 'ci/tidy-up.action.jsonc')).toEqual({
      name: 'tidy-up',
      description: '',
      scopeQuery: 'repo:',
      image: null,
      env: {},
      timeoutSeconds: null,
      network: 'default',
      resources: { memoryBytes: null, cpus: null, processes: null, diskBytes: null },
      profile: 'default',
      requires: [],
      priority: 0,
      maxParallel: null,
      maxFailures: null,
      steps: [{ type: 'command', args: ['true'], cacheDirs: [], timeoutSeconds: null }],
    });
  });

  test('with comments, commas at ends and a byte order mark', () => {
    const text = `\uFEFF// why\n{ /* which */ "scopeQuery": "repo:", "steps": [${step},], }`;
    expect(definitionOf(text).steps).toHaveLength(1);
  });

  test('also where a command step says "image": null, as the original format does', () => {
    expect(
      definitionOf(withStep('{ "type": "command", "args": ["true"], "image": null }')).steps,
    ).toHaveLength(1);
  });

  test('at the longest timeout', () => {
    expect(definitionOf(withMore('"timeout": "168h"')).timeoutSeconds).toBe(7 * 24 * 3600);
  });
});

describe('a file that is no JSON with comments', () => {
  test.each(['', '  \n', '// nothing yet'])('and has no value is said to be empty: %j', (text) => {
    expect(problemsOf(text)).toEqual([[text, 'The file is empty: an Action is a JSON object.']]);
  });

  test('is marked where it stops being one', () => {
    expect(problemsOf('{ "scopeQuery": "repo:" "steps": [] }')).toEqual([
      ['"steps"', 'This is not JSON with comments: comma expected.'],
    ]);
  });

  test('also when something follows its value', () => {
    expect(problemsOf(`${withStep(step)} more`)).toEqual([
      ['more', 'This is not JSON with comments: invalid symbol.'],
    ]);
  });
});

describe('a rule that is broken is said at its place:', () => {
  const timeout = 'A timeout is a duration such as "90s", "45m" or "1h30m".';
  const image = 'An image must be named, such as "alpine:3".';
  test.each([
    ['no object', '[]', '[]', 'An object is needed here.'],
    ['no scope', `{ "steps": [${step}] }`, '{', '"scopeQuery" is missing.'],
    [
      'an empty scope',
      `{ "scopeQuery": " ", "steps": [${step}] }`,
      '" "',
      'Say which repositories: "scopeQuery" must not be empty. "repo:" matches all.',
    ],
    [
      'a scope that is no text',
      `{ "scopeQuery": 3, "steps": [${step}] }`,
      '3',
      'A text in quotation marks is needed here.',
    ],
    ['no steps', '{ "scopeQuery": "repo:" }', '{', '"steps" is missing.'],
    ['steps that are no list', '{ "scopeQuery": "repo:", "steps": {} }', '{}', 'A list is needed here.'],
    [
      'an empty list of steps',
      '{ "scopeQuery": "repo:", "steps": [] }',
      '[]',
      'An Action needs at least one step.',
    ],
    ['a step that is no object', withStep('3'), '3', 'A step\'s "type" is "command" or "docker".'],
    [
      'a step without a type',
      withStep('{ "args": ["a"] }'),
      '{',
      '"type" is missing. A step\'s "type" is "command" or "docker".',
    ],
    [
      'a step of another type',
      withStep('{ "type": "shell" }'),
      '"shell"',
      'A step\'s "type" is "command" or "docker".',
    ],
    ['a command without arguments', withStep('{ "type": "command" }'), '{', '"args" is missing.'],
    [
      'a command with an empty list of arguments',
      withStep('{ "type": "command", "args": [] }'),
      '[]',
      'A command step needs "args": the program and its arguments.',
    ],
    [
      'arguments that are no list',
      withStep('{ "type": "command", "args": "ls" }'),
      '"ls"',
      'A list is needed here.',
    ],
    [
      'an argument that is no text',
      withStep('{ "type": "command", "args": ["ls", 1] }'),
      '1',
      'A text in quotation marks is needed here.',
    ],
    [
      'a command with an image',
      withStep('{ "type": "command", "args": ["a"], "image": "alpine" }'),
      '"alpine"',
      'A command step takes no "image": use "type": "docker", or set "image" beside "steps".',
    ],
    ['a docker step without an image', withStep('{ "type": "docker" }'), '{', '"image" is missing.'],
    ['an image without a name', withStep('{ "type": "docker", "image": "" }'), '""', image],
    ['an Action whose image has no name', withMore('"image": ""'), '""', image],
    [
      'a cache directory that is not absolute',
      withStep('{ "type": "docker", "image": "a", "cacheDirs": ["tmp"] }'),
      '"tmp"',
      'A cache directory is an absolute path inside the container, such as "/root/.npm".',
    ],
    [
      'a key that a step does not have',
      withStep('{ "type": "docker", "image": "a", "arg": [] }'),
      '"arg"',
      '"arg" is not known here.',
    ],
    [
      'a name with a blank',
      withMore('"name": "a b"'),
      '"a b"',
      'A name has letters, digits, ".", "_" and "-" only.',
    ],
    ['a timeout that is none', withMore('"timeout": "5 minutes"'), '"5 minutes"', timeout],
    ['a timeout of nothing', withMore('"timeout": "0m"'), '"0m"', timeout],
    [
      'a timeout above seven days',
      withMore('"timeout": "168h1s"'),
      '"168h1s"',
      'A timeout is at most seven days: "168h".',
    ],
    ['another network', withMore('"network": "host"'), '"host"', '"network" is "default" or "none".'],
    [
      'a variable that is no text',
      withMore('"env": { "LEVEL": 1 }'),
      '1',
      'The value of a variable is a string.',
    ],
    [
      'a variable with a wrong name',
      withMore('"env": { "1ST": "x" }'),
      '"1ST"',
      'A variable name has letters, digits and "_" and no digit first.',
    ],
    [
      'a filter that does not exist',
      `{ "scopeQuery": "repo:web lang:go", "steps": [${step}] }`,
      'lang:go',
      '"lang:" is not a filter. Known are repo:, -repo:, file:, count:; put the word in quotation marks to look for it as text.',
    ],
    [
      'the name of a prototype',
      withMore('"__proto__": { "image": "x" }'),
      '"__proto__"',
      '"__proto__" is not known here.',
    ],
    [
      'a character that Postgres cannot store',
      withMore('"description": "\\u0000"'),
      '"\\u0000"',
      'This text has a NUL character or half of a surrogate pair, which cannot be stored.',
    ],
    [
      'half of a surrogate pair',
      withStep('{ "type": "command", "args": ["\\ud83d"] }'),
      '"\\ud83d"',
      'This text has a NUL character or half of a surrogate pair, which cannot be stored.',
    ],
  ])('%s', (_case, text, place, message) => {
    expect(problemsOf(text)).toEqual([[place, message]]);
  });

  test('every problem is said, in the order of their places', () => {
    const text = withMore('"nme": "x", "timeout": "soon", "zone": 1');
    expect(problemsOf(text).map(([place]) => place)).toEqual(['"nme"', '"soon"', '"zone"']);
  });
});
