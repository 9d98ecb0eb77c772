import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { refusalOfCall } from '../../support/refusal.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { callOf, openRawWebSocket } from '../support/rawWebSocket.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
let member: AttackedService['member'];
beforeAll(async () => {
  attacked = await attackedService();
  ({ member } = attacked);
  return () => attacked[Symbol.asyncDispose]();
});

/** As large as an action file may be. */
const size = 1024 * 1024;
const filled = (part: string) => part.repeat(Math.floor((size - 200) / part.length));
const numbered = (part: (index: number) => string) =>
  Array.from({ length: Math.floor((size - 200) / (part(100_000).length + 1)) }, (_, index) =>
    part(index),
  ).join();
const step = '{"type":"command","args":["true"]}';
const withMore = (more: string) => `{"scopeQuery":"repo:","steps":[${step}],${more}}`;

test.each<[what: string, text: string]>([
  ['unknown keys', `{${numbered((index) => `"u${index}":1`)}}`],
  [
    '20,000 unknown keys',
    `{${Array.from({ length: 9000 }, (_, index) => `"${'u'.repeat(100)}${index}":1`).join()}}`,
  ],
  ['unknown filters', withMore(`"scopeQuery":"${filled('u: ')}"`)],
  ['filters', withMore(`"scopeQuery":"${filled('repo:a ')}"`)],
  ['syntax errors', filled('? ')],
  ['lists in lists', filled('[')],
  ['objects in objects', filled('{"a":')],
  ['steps', `{"scopeQuery":"repo:","steps":[${filled(`${step},`)}]}`],
  ['1,001 steps', `{"scopeQuery":"repo:","steps":[${Array.from({ length: 1001 }, () => step).join()}]}`],
  ['steps that are none', `{"scopeQuery":"repo:","steps":[${filled('{},')}]}`],
  [
    'wrong cache directories',
    withMore(`"steps":[{"type":"command","args":["a"],"cacheDirs":[${filled('"x",')}]}]`),
  ],
  ['wrong variables', withMore(`"env":{${numbered((index) => `"0${index}":1`)}}`)],
  ['one key twice and more', `{${filled('"name":"a",')}}`],
  ['__proto__', `{${filled('"__proto__":{"a":1},')}}`],
  ['one key', `{"${filled('k')}":1}`],
  ['one name', withMore(`"name":"${filled('n')}"`)],
  ['a name of 3,000 letters', withMore(`"name":"${'n'.repeat(3000)}"`)],
  ['one image', withMore(`"image":"${filled('i')}"`)],
  ['NULs', withMore(`"description":"${filled('\\u0000')}"`)],
  ['halves of surrogate pairs', withMore(`"description":"${filled('\\ud800')}"`)],
  ['line ends', filled('\n')],
  ['an open comment', `/*${filled('*')}`],
  ['byte order marks', filled('\ufeff')],
  ['one number', withMore(`"priority":${filled('9')}`)],
  ['one duration', withMore(`"timeout":"${filled('1h')}"`)],
])('an action file of %s is refused in a short answer', async (_what, text) => {
  const call = () =>
    member.api.actions.save.mutate({ fileName: 'a.action.json', text, baseVersion: null, origin: null });
  const refusal = await withinBounds(attacked, () => refusalOfCall(call()));
  expect(refusal).toMatchObject({ flotilla: 'action.invalid' });
  expect(refusal.message.length).toBeLessThan(50_000);
});

test.each<[what: string, input: Record<string, unknown>]>([
  ['100,000 names', { repositories: Array.from({ length: 100_000 }, (_, index) => `repository-${index}`) }],
  ['900 names of 4,096 letters', { repositories: Array.from({ length: 900 }, () => 'n'.repeat(4096)) }],
  ['100,000 names that are none', { repositories: Array.from({ length: 100_000 }, () => true) }],
  ['100,000 names with a NUL', { repositories: Array.from({ length: 100_000 }, () => '\0') }],
  ['100,001 names', { repositories: Array.from({ length: 100_001 }, () => 'n') }],
  ['a name with a NUL', { repositories: ['a\0b'] }],
  ['half of a surrogate pair', { repositories: ['\ud800'] }],
  ['no repository at all', { repositories: [] }],
  ['100,001 ids', { repositories: Array.from({ length: 100_001 }, (_, index) => index + 1) }],
  ['100,000 ids that are none', { repositories: Array.from({ length: 100_000 }, () => -1) }],
  ['an id of 2^53', { repositories: [2 ** 53] }],
  ['half an id', { repositories: [1.5] }],
  ['ids among names', { repositories: [1, 'web'] }],
  ['ids of repositories that are not there', { repositories: [Number.MAX_SAFE_INTEGER] }],
  ['a file with a NUL', { fileName: 'a\0.action.json' }],
  ['a file of 4,096 letters', { fileName: 'f'.repeat(4096) }],
  ['an origin with a NUL', { origin: { file: '\0' } }],
  ['a key that is none', { requestKey: '__proto__' }],
  ['a version of 2^53', { baseVersion: 2 ** 53 }],
])('an Execution with %s is refused', async (_what, input) => {
  const call = () =>
    member.api.executions.create.mutate({
      requestKey: randomUUID(),
      fileName: `a${randomUUID()}.action.json`,
      text: `{"scopeQuery":"repo:","steps":[${step}]}`,
      baseVersion: null,
      origin: null,
      repositories: null,
      ...input,
    });
  // The scope is searched by git: one at a time for each processor.
  const refusal = await withinBounds(attacked, () => refusalOfCall(call()), { programs: 2 });
  expect(refusal.message).not.toMatch(/Something went wrong/);
  expect(refusal.message.length).toBeLessThan(50_000);
});

test('sixty action files of unknown keys at once hold up nobody else', async () => {
  const text = `{${Array.from({ length: 9000 }, (_, index) => `"${'u'.repeat(100)}${index}":1`).join()}}`;
  const input = { fileName: 'a.action.json', text, baseVersion: null, origin: null };
  const answers = await withinBounds(attacked, async () => {
    using client = await openRawWebSocket(attacked.url, { token: attacked.memberToken });
    const calls = Array.from({ length: 60 }, (_, id) => callOf(id, 'actions.save', input, 'mutation'));
    client.send(...calls);
    const read: string[] = [];
    while (read.length < calls.length) read.push(await client.next());
    return read;
  });
  expect(answers.filter((answer) => answer.includes('action.invalid'))).toHaveLength(60);
});
