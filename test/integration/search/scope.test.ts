import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startExecution } from '../../support/actionText.ts';
import { refusalOfCall } from '../../support/refusal.ts';
import { git, makeRepository } from '../../support/repositories.ts';
import { testService, type TestService } from '../../support/testService.ts';

let flotilla: TestService;

/** Five repositories, one of them empty; nothing below changes them. */
beforeAll(async () => {
  flotilla = await testService({
    repositories: async (folder) => {
      await makeRepository(join(folder, 'api'), {
        files: { 'go.mod': 'module api\n', 'main.go': 'package main // TODO: left-pad\n' },
      });
      await makeRepository(join(folder, 'docs'), { files: { 'index.md': 'About LEFT-PAD and others.\n' } });
      await makeRepository(join(folder, 'shop/admin'), {
        files: { 'package.json': '{"name":"admin"}\n', 'logo.png': Buffer.from('\x89PNG\0left-pad\0') },
      });
      await makeRepository(join(folder, 'shop/web'), {
        files: {
          'package.json': '{"name":"web","dependencies":{"left-pad":"1.0"}}\n',
          'sub/package.json': '{}\n',
        },
      });
      await git(folder, ['init', '--quiet', 'void']);
    },
  });
});
afterAll(() => flotilla[Symbol.asyncDispose]());

const preview = (query: string) => flotilla.api.scopes.preview.query({ query });
const names = async (query: string) => (await preview(query)).targets.map((target) => target.repository);

describe('a scope', () => {
  test.each([
    ['repo:', ['api', 'docs', 'shop/admin', 'shop/web']],
    ['repo:^shop/', ['shop/admin', 'shop/web']],
    ['repo:SHOP -repo:admin', ['shop/web']],
    ['repo:shop repo:web', ['shop/web']],
    ['file:package.json', ['shop/admin', 'shop/web']],
    ['file:^package\\.json$', ['shop/admin', 'shop/web']],
    ['file:^sub/', ['shop/web']],
    ['file:go.mod file:main', []],
    // Text files only, letter case aside.
    ['left-pad', ['api', 'docs', 'shop/web']],
    ['file:json left-pad', ['shop/web']],
    ['"left-pad and"', ['docs']],
    ['left.pad', []],
    ['repo: count:2', ['api', 'docs']],
    ['repo:shop count:all', ['shop/admin', 'shop/web']],
    ['--help', []],
  ])('%s means %j', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  test('has each Target at the head of its default branch', async () => {
    const { targets } = await preview('repo:^api$');
    const commit = await git(join(flotilla.repositoriesFolder, 'api'), ['rev-parse', 'HEAD']);
    expect(targets).toMatchObject([{ repository: 'api', baseRef: 'refs/heads/main', baseRevision: commit }]);
  });

  test('lists every repository that it leaves out, with the reason', async () => {
    const scope = await preview('repo:a|o|v -repo:^shop/admin file:json|md left-pad count:1');
    expect(scope.targets.map((target) => target.repository)).toEqual(['docs']);
    expect(scope.leftOut.map(({ repository, reason }) => ({ repository, reason }))).toEqual(
      [
        { repository: 'api', reason: { kind: 'noFile', files: 'file:json|md', text: 'left-pad' } },
        { repository: 'shop/admin', reason: { kind: 'nameExcluded', pattern: '^shop/admin' } },
        { repository: 'void', reason: { kind: 'unusable', problem: 'it is empty: it has no branch yet' } },
        { repository: 'shop/web', reason: { kind: 'beyondCount', count: 1 } },
      ].sort((a, b) => (a.repository < b.repository ? -1 : 1)),
    );
    const { leftOut } = await preview('repo:web');
    const api = (await flotilla.api.repositories.list.query()).find(({ name }) => name === 'api');
    expect(leftOut).toContainEqual({
      codeHostId: api?.codeHostId,
      codeHost: 'repositories',
      repositoryId: api?.id,
      repository: 'api',
      reason: { kind: 'nameDiffers', pattern: 'web' },
    });
  });

  test.each([
    ['lang:go', 'scope.invalid', '"lang:" is not a filter.'],
    ['repo:(', 'scope.invalid', '"repo:(" at column 6 of the query is not a regular expression (RE2)'],
    [
      'repo:api file:[',
      'scope.invalid',
      '"file:[" at column 15 of the query is not a regular expression (RE2)',
    ],
    ['count:none', 'scope.invalid', '"count:" requires a positive number, or "all".'],
  ])('%s is refused', async (query, flotillaCode, message) => {
    const refusal = await refusalOfCall(preview(query));
    expect(refusal.flotilla).toBe(flotillaCode);
    expect(refusal.message).toContain(message);
  });
});

describe('an Execution over nothing is refused, and nothing is left of it:', () => {
  test.each([
    [
      'a scope that matches nothing',
      'repo:nothing-like-it',
      /^No repository matches "repo:nothing-like-it" \(api: does not match repo:nothing-like-it; .*\)\. Change "scopeQuery" and preview the scope\.$/,
      'scope.empty',
    ],
    [
      'a scope that matches only what no Job can run on',
      'repo:void',
      /void: it is empty: it has no branch yet/,
      'scope.empty',
    ],
    ['a pattern that is none', 'repo:(', /not a regular expression/, 'scope.invalid'],
  ])('%s', async (_case, scopeQuery, message, code) => {
    const refusal = await refusalOfCall(startExecution(flotilla.api, { scopeQuery }));
    expect(refusal.flotilla).toBe(code);
    expect(refusal.message).toMatch(message);
    expect(await flotilla.api.executions.list.query({})).toEqual([]);
  });

  test('a service without repositories says how it gets some', async () => {
    await using bare = await testService();
    expect((await refusalOfCall(startExecution(bare.api))).message).toBe(
      'The service knows no repository yet: start it with FLOTILLA_REPOSITORIES set to a folder of git repositories.',
    );
  });
});
