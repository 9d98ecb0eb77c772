import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { dockerEngine } from './engine.ts';

test('the text that docker-modem makes of each request is short', () => {
  const modem: object & { agent?: unknown } = dockerEngine().modem;
  expect(modem.agent).toBeDefined();
  expect(inspect({ agent: modem.agent }, { showHidden: true, depth: null })).toBe('{ agent: Agent }');
});
