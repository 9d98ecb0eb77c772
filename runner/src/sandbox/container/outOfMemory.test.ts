import { expect, test } from 'vitest';
import { lifeOf } from './outOfMemory.ts';

const at = (seconds: string) => `2026-11-26T03:40:${seconds}Z`;
const second = Date.parse(at('00')) / 1000;

test('a container lived from its start to its end, and events may come later', () => {
  const life = lifeOf({ StartedAt: at('01.5'), FinishedAt: at('03') }, 1000);
  expect(life).toEqual({ since: second + 1.5, until: second + 4 });
});

test('of a container that ended before its start was written down no events are asked for backwards', () => {
  const life = lifeOf({ StartedAt: at('01.009'), FinishedAt: at('01.001') }, 0);
  expect(life).toEqual({ since: second + 1.001, until: second + 1.009 });
});
