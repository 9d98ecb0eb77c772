import { parseAction } from '@flotilla/shared/definition/parseAction';
import { expect, test } from 'vitest';
import { actionTemplate } from './template.ts';

test('a new action file is a valid Action of its name', () => {
  const parsed = parseAction(actionTemplate('bump-node'), 'bump-node.action.json');
  expect(parsed).toMatchObject({
    ok: true,
    definition: { name: 'bump-node', scopeQuery: 'repo: file:^README\\.md$', steps: [{ type: 'command' }] },
  });
});
