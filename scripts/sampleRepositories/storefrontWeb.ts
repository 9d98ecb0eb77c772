import { workflow } from './workflow.ts';

/** A small web shop front in JavaScript. */
export const storefrontWeb = {
  '.github/workflows/ci.yml': workflow('ubuntu-20.04', ['npm ci', 'npm test']),
  '.gitignore': 'node_modules/\n',
  'README.md': `# storefront-web

What customers see of the shop.

    npm ci
    npm test

CI runs on ubuntu-20.04.
`,
  'package.json': `{
  "name": "storefront-web",
  "version": "4.2.0",
  "private": true,
  "type": "module",
  "scripts": { "test": "node --test" }
}
`,
  'src/session.js': `/** The session cookie: JSON in base64, so that the edge can read it without a database. */
export function encodeSession(session) {
  return new Buffer(JSON.stringify(session)).toString('base64');
}

export function decodeSession(cookie) {
  return JSON.parse(new Buffer(cookie, 'base64').toString('utf8'));
}
`,
  'src/basket.js': `/** The price of a basket in cents. */
export function totalOf(lines) {
  return lines.reduce((sum, { cents, count }) => sum + cents * count, 0);
}
`,
  'test/session.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSession, encodeSession } from '../src/session.js';

test('a session survives the cookie', () => {
  const session = { user: 'ada', basket: [1, 2] };
  assert.deepEqual(decodeSession(encodeSession(session)), session);
});
`,
};
