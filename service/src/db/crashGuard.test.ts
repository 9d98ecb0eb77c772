import { expect, test } from 'vitest';
import { isDriverCrash } from './crashGuard.ts';

function crash(message: string, frame: string): TypeError {
  const error = new TypeError(message);
  error.stack = `TypeError: ${message}\n    at Immediate.${frame}\n    at process.processImmediate`;
  return error;
}

const message = "Cannot read properties of null (reading 'write')";
const frame = 'nextWrite (file:///app/node_modules/postgres/src/connection.js:255:22)';

test("the driver's null socket is known by its message and its stack", () => {
  expect(isDriverCrash(crash(message, frame))).toBe(true);
});

test.each([
  ['another message', crash("Cannot read properties of null (reading 'end')", frame)],
  ['another function', crash(message, 'flush (file:///app/node_modules/postgres/src/connection.js:1:1)')],
  ['another package', crash(message, 'nextWrite (file:///app/node_modules/other/index.js:1:1)')],
  ['another class', Object.assign(new Error(message), { stack: crash(message, frame).stack })],
  ['no error', message],
])('%s is not it', (_case, error) => {
  expect(isDriverCrash(error)).toBe(false);
});
