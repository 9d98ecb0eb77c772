import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { refusalOfCall } from '../../support/refusal.ts';
import { connectRunner, type TestRunner } from '../../support/testRunner.ts';
import { attackedService, type AttackedService } from '../support/attackedService.ts';
import { withinBounds } from '../support/withinBounds.ts';

const one = `sha256:${'1'.repeat(64)}`;
const image = 'registry.example.org/team/tool:1';

const resources = new AsyncDisposableStack();
let attacked: AttackedService;
let runner: TestRunner;
beforeAll(async () => {
  attacked = resources.use(await attackedService());
  runner = resources.use(await connectRunner({ serverUrl: attacked.url, token: attacked.runnerToken }));
  return () => resources.disposeAsync();
});

let job: ClaimedJob;
beforeEach(async () => {
  await attacked.start({
    name: 'example',
    scopeQuery: 'repo:.',
    image,
    steps: [
      { type: 'command', args: ['true'] },
      { type: 'docker', image: `alpine@${one}` },
    ],
  });
  job = await runner.claimOne();
});

test.each([
  ['an image of another repository', image, `registry.example.org/evil/tool@${one}`],
  ['an image of another registry', image, `evil.example.org/team/tool@${one}`],
  ['an image by its tag', image, 'registry.example.org/team/tool:2'],
  ['the image itself', image, image],
  ['an image with tag and digest', image, `${image}@${one}`],
  ['a digest that is none', image, 'registry.example.org/team/tool@sha256:1'],
  ['an id that is none', image, 'sha256:1'],
  ['an id without its kind', image, '1'.repeat(64)],
  ['a path', image, '../../evil'],
  ['an option', image, '--privileged'],
  ['a line end', image, `${one}\n`],
  ['a NUL', image, `registry.example.org/team/tool\0@${one}`],
  ['an image of no Step', 'alpine', `alpine@${one}`],
  ['an image whose name only begins so', `${image}0`, `${image.slice(0, -2)}@${one}`],
  ['the default image, which no Step uses', 'flotilla/demo:local', one],
  ['another digest for a digest', `alpine@${one}`, `alpine@sha256:${'2'.repeat(64)}`],
  ['an id for a digest', `alpine@${one}`, one],
])('%s pins nothing', async (_what, named, pin) => {
  const refusal = await withinBounds(attacked, () => refusalOfCall(runner.service.pinImage(job, named, pin)));
  expect(refusal).toMatchObject({ code: 'BAD_REQUEST' });
  const rows = await attacked.sql`select * from execution_images where execution_id = ${job.executionId}`;
  expect(rows).toEqual([]);
});

test('the lease of another Execution pins nothing here', async () => {
  await attacked.start({ name: 'x', scopeQuery: 'repo:.', steps: [{ type: 'docker', image: 'alpine' }] });
  const other = await runner.claimOne();
  await refusalOfCall(runner.service.pinImage(other, image, one));
  const stolen = { attemptId: job.attemptId, leaseToken: other.leaseToken };
  const refusal = await refusalOfCall(runner.service.pinImage(stolen, image, one));
  expect(refusal).toMatchObject({ flotilla: 'attempt.fenced' });
  const rows = await attacked.sql`select * from execution_images where execution_id = ${job.executionId}`;
  expect(rows).toEqual([]);
});
