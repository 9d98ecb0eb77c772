import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from 'vitest';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { withinBounds } from '../support/withinBounds.ts';

let attacked: AttackedService;
beforeAll(async () => {
  attacked = await attackedService();
  return () => attacked[Symbol.asyncDispose]();
});

/** Asks without a token; the path is sent as it is. */
async function get(path: string): Promise<{ readonly status: number; readonly body: string }> {
  const answered = Promise.withResolvers<{ status: number; body: string }>();
  request(new URL(attacked.url), { path }, (answer) => {
    text(answer).then((body) => answered.resolve({ status: answer.statusCode ?? 0, body }), answered.reject);
  })
    .on('error', answered.reject)
    .end();
  return answered.promise;
}

test.each([
  ['a folder above', '/../../etc/passwd', 404],
  ['a folder above, encoded', '/%2e%2e/%2e%2e/etc/passwd', 404],
  ['a broken escape', '/%', 400],
  ['a NUL', '/%00', 404],
  ['a path of 12 KB', `/${'a'.repeat(12_000)}`, 404],
  ['another origin as the path', 'http://example.com/nope', 404],
  ['contents', `/contents?repository=1&tree=${'0'.repeat(40)}&path=file`, 401],
  ['a Patch', '/attempts/1/patch', 401],
  ['a base', '/attempts/1/base', 401],
])('%s in a path is refused in a short answer', async (_what, path, status) => {
  const answer = await withinBounds(attacked, () => get(path));
  expect(answer.status).toBe(status);
  expect(answer.body.length).toBeLessThan(13_000);
  expect(answer.body).not.toMatch(/node_modules|root:x|at .*\.ts/);
});
