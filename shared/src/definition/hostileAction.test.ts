import { anything, array, assert, constantFrom, letrec, oneof, property, string } from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { growsFaster } from '../linearTime.ts';
import { describeProblems, mostProblems } from '../sourceProblem.ts';
import { parseAction } from './parseAction.ts';
import { findScopeQueryProblems } from './scopeQueryProblems.ts';

// Much text, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

/** What the service does with a text: a Definition, or sentences with their places. */
function read(text: string): readonly string[] {
  const parsed = parseAction(text, 'hostile.action.json');
  findScopeQueryProblems(text);
  return parsed.ok ? [] : describeProblems('hostile.action.json', text, parsed.problems);
}

const mebibyte = 1024 * 1024;
const filled = (part: string, size: number) => part.repeat(Math.ceil(size / part.length));
const numbered = (size: number, part: (index: number) => string) =>
  Array.from({ length: Math.ceil(size / part(10_000).length) }, (_, index) => part(index)).join(',');
const steps = '"steps":[{"type":"command","args":["true"]}]';

describe('a text of a mebibyte is read in linear time, and a hundred problems are told', () => {
  test.each<[what: string, input: (size: number) => string]>([
    ['unknown keys', (size) => `{${numbered(size, (index) => `"unknown${index}":1`)}}`],
    ['unknown keys of steps', (size) => `{"scopeQuery":"a","steps":[${filled('{"x":1,"y":2},', size)}]}`],
    ['steps without a type', (size) => `{"scopeQuery":"a","steps":[${filled('{},', size)}]}`],
    [
      'wrong cache directories',
      (size) => `{"steps":[{"type":"command","args":["a"],"cacheDirs":[${filled('"x",', size)}]}]}`,
    ],
    ['wrong variables', (size) => `{"env":{${numbered(size, (index) => `"0${index}":1`)}}}`],
    ['one key many times', (size) => `{${filled('"name":"a",', size)}}`],
    ['__proto__', (size) => `{${filled('"__proto__":{"name":"a"},', size)}}`],
    ['unknown filters', (size) => `{"scopeQuery":"${filled('a: ', size)}",${steps}}`],
    ['an open quotation mark', (size) => `{"scopeQuery":"'${filled('\\\\', size)}",${steps}}`],
    ['syntax errors', (size) => filled('? ', size)],
    ['values without an end', (size) => filled('"a" ', size)],
    ['wrong escapes', (size) => `["${filled('\\q', size)}"]`],
    ['an open string', (size) => `"${filled('a', size)}`],
    ['line ends', (size) => filled('\n', size)],
    ['an open comment', (size) => `/*${filled('* /', size)}`],
    ['lists in lists', (size) => filled('[', size)],
    ['lists that are closed as objects', (size) => filled('[},', size)],
    ['ends', (size) => filled('}', size)],
    ['byte order marks', (size) => filled('\ufeff', size)],
    ['NULs', (size) => `[${filled('"\\u0000",', size)}]`],
    ['one number', (size) => `{"priority":${filled('9', size)}}`],
    ['one exponent', (size) => `{"priority":1e${filled('9', size)}}`],
    ['one key', (size) => `{"${filled('k', size)}":1}`],
    ['one name', (size) => `{"scopeQuery":"a",${steps},"name":"${filled('é', size)}"}`],
    ['one duration', (size) => `{"scopeQuery":"a",${steps},"timeout":"${filled('1h', size)}"}`],
    ['one duration of nothing', (size) => `{"scopeQuery":"a",${steps},"timeout":"${filled('0s', size)}"}`],
    ['one size', (size) => `{"scopeQuery":"a",${steps},"resources":{"memory":"1${filled('0', size)}"}}`],
  ])('%s', (_what, input) => {
    const told = read(input(mebibyte));
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThanOrEqual(mostProblems);
    expect(told.join('').length).toBeLessThan(100_000);
    expect(growsFaster(input, read, mebibyte)).toBeUndefined();
  });
});

test('the first hundred problems of a file are told, in the order of their places', () => {
  const keys = Array.from({ length: 500 }, (_, index) => `"unknown${index}": 1`);
  const told = read(`{\n${keys.join(',\n')},\n"scopeQuery": "a", ${steps} }`);
  expect(told).toHaveLength(mostProblems);
  expect(told[0]).toBe('hostile.action.json:2:1: "unknown0" is not known here.');
  expect(told[99]).toBe('hostile.action.json:101:1: "unknown99" is not known here.');
});

test.each([
  [
    'nested',
    `${'['.repeat(65)}${']'.repeat(65)}`,
    'hostile.action.json:1:65: Objects and lists are nested more than 64 deep here.',
  ],
  [
    'long',
    `[${'1,'.repeat(20_000)}1]`,
    'hostile.action.json:1:40001: The file has too much in it: more than 40000 names, values, brackets, colons and commas up to here.',
  ],
])('a file that is too %s says so', (_what, text, sentence) => {
  expect(read(text)).toEqual([sentence]);
});

test('no text makes anything but a Definition or problems', () => {
  const json = letrec((tie) => ({
    value: oneof(
      { maxDepth: 6 },
      constantFrom(
        '1',
        '"a"',
        'null',
        '1e999',
        '"\\u0000"',
        '{',
        ']',
        '//\n',
        '"__proto__":',
        '"steps":',
        ',',
      ),
      array(tie('value'), { maxLength: 5 }).map((parts) => `[${parts.join(',')}]`),
      array(tie('value'), { maxLength: 5 }).map(
        (parts) => `{${parts.map((part, n) => `"k${n}":${String(part)}`).join()}}`,
      ),
    ),
  })).value.map(String);
  assert(
    property(
      oneof(
        string({ unit: 'binary' }),
        json,
        anything().map((value) => JSON.stringify(value) ?? ''),
      ),
      (text) => {
        for (const sentence of read(text)) expect(sentence).toMatch(/^hostile\.action\.json:\d+:\d+: ./s);
      },
    ),
    { numRuns: 200 },
  );
});

test('no value of any member makes anything but a Definition or problems', () => {
  const members = constantFrom(
    'name',
    'scopeQuery',
    'image',
    'env',
    'timeout',
    'network',
    'resources',
    'profile',
    'requires',
    'priority',
    'maxParallel',
    'steps',
    '__proto__',
    'constructor',
    'toString',
  );
  assert(
    property(members, anything({ withNullPrototype: true }), (member, value) => {
      const text = JSON.stringify({ scopeQuery: 'a', steps: [{ type: 'command', args: ['a'] }] });
      const changed = text.replace('{', `{${JSON.stringify(member)}:${JSON.stringify(value) ?? '0'},`);
      read(changed);
    }),
    { numRuns: 200 },
  );
});
