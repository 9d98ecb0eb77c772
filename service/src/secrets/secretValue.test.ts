import { inspect } from 'node:util';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { SecretValue } from './secretValue.ts';

const value = new SecretValue('hunter2');

test('a secret value is itself for who asks for it', () => {
  expect(value.reveal()).toBe('hunter2');
});

test.each<[string, () => string]>([
  ['a text', () => [value, value].join()],
  ['a part of a text', () => `password: ${String(value)}`],
  ['JSON', () => JSON.stringify({ deep: [{ value }] })],
  ['what Node prints', () => inspect({ deep: { value } }, { depth: 9, showHidden: true })],
  ['the message of an error', () => new Error(`no ${String(value)}`).message],
  [
    'a log',
    () => {
      const lines: string[] = [];
      const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
      logger.info({ value, deep: { value }, err: Object.assign(new Error('x'), { value }) }, String(value));
      return lines.join();
    },
  ],
])('in %s it is ***', (_where, shown) => {
  expect(shown()).toContain('***');
  expect(shown()).not.toContain('hunter2');
});
