import { describe, expect, test } from 'vitest';
import {
  branchProblem,
  fromOneLine,
  nameProblem,
  proposedDraft,
  templateOf,
  textProblem,
  toOneLine,
} from './campaignDraft.ts';

const action = { name: 'Node 24 & npm', description: 'Moves to Node 24.\nAnd to its npm.' };
const draft = proposedDraft(action, []);

test('a Campaign is called as its Action, with a number where one is called so', () => {
  expect(draft.name).toBe('Node 24 & npm');
  expect(proposedDraft(action, ['node 24 & NPM', 'Node 24 & npm 2']).name).toBe('Node 24 & npm 3');
});

test.each([
  ['Node 24 & npm', 'flotilla/node-24-npm'],
  ['..x..lock.lock', 'flotilla/x'],
  ['ä/ö', 'flotilla/ä-ö'],
  ['???', 'flotilla/change'],
])('the branch of the Action %s is one that git takes: %s', (name, branch) => {
  const proposed = proposedDraft({ name, description: '' }, []);
  expect(proposed.branch).toBe(branch);
  expect(branchProblem(proposed.branch, proposed)).toBeUndefined();
});

test('what was not asked yet is made of what was', () => {
  expect(templateOf({ ...draft, name: 'Node 24' })).toEqual({
    branch: 'flotilla/node-24-npm',
    title: 'Node 24',
    body: action.description,
    commit: { message: 'Node 24', author: null },
    publish: 'open',
  });
  expect(templateOf({ ...draft, title: 'A title' }).commit.message).toBe('A title');
});

test('a text of several lines is asked for in one', () => {
  expect(toOneLine(action.description)).toBe(String.raw`Moves to Node 24.\nAnd to its npm.`);
  expect(fromOneLine(toOneLine(action.description))).toBe(action.description);
});

describe('what is wrong is said while it is typed:', () => {
  test.each([
    ['', 'It needs a name.'],
    ['node 24', 'There is a campaign "node 24" already.'],
    ['x'.repeat(201), 'A name has at most 200 characters.'],
    [' Node 26 ', undefined],
  ])('the name %j', (name, problem) => {
    expect(nameProblem(name, ['Node 24'])).toBe(problem);
  });

  test.each([
    ['a b', /No branch can be called so/],
    ['-x', /begins with "-"/],
    ['', /empty/],
    ['x/${{ repository.nam }}', /there is no variable repository\.nam/],
    ['x/${{ batch_change.name }}', /No branch can be called so/],
  ])('the branch %j', (branch, problem) => {
    expect(branchProblem(branch, draft)).toMatch(problem);
  });

  test('nothing of a branch with a variable that there is', () => {
    expect(branchProblem('x/${{ repository.name }}', draft)).toBeUndefined();
  });

  test.each([
    ['', false, 'It needs a text.'],
    ['', true, undefined],
    ['A ${{ ', true, '`${{` is not closed by `}}`.'],
  ])('the text %j, which may be empty: %s', (text, mayBeEmpty, problem) => {
    expect(textProblem(text, draft, mayBeEmpty)).toBe(problem);
  });
});
