import { streams } from '@flotilla/shared/protocol/streams';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { followLog } from '../support/followedLog.ts';
import { hold } from '../support/holdPoints.ts';
import { readLog, stdoutOf } from '../support/logs.ts';
import { startProxy } from '../support/proxy.ts';
import { flows, letEnd, startStreaming } from '../support/streaming.ts';
import { connectRunner, logOf } from '../support/testRunner.ts';
import { waitFor } from '../support/waitFor.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  deployment = resources.use(await startFaultDeployment());
});
afterAll(() => resources.disposeAsync());

/** Takes the end of an Attempt's log away, as a database does that comes back as it was before. Returns the new end. */
async function forgetEnd(attemptId: number): Promise<number> {
  let end = -1;
  await using forgotten = await hold(deployment.sql, async (sql) => {
    const [attempt] = await sql<{ log_end: string }[]>`
      select log_end from attempts where id = ${attemptId} for update`;
    const [chunk] = await sql<{ offset: string }[]>`
      select "offset" from stream_chunks
       where attempt_id = ${attemptId} and stream = ${streams.log} and "offset" >= ${Number(attempt?.log_end) / 2}
       order by "offset" limit 1`;
    end = Number(chunk?.offset);
    await sql`
      delete from stream_chunks
       where attempt_id = ${attemptId} and stream = ${streams.log} and "offset" >= ${end}`;
    await sql`update attempts set log_end = ${end} where id = ${attemptId}`;
  });
  await forgotten.release();
  return end;
}

test('#6 an append behind the end of what is stored is refused with that end, and the runner goes back to it: every line is there once', async () => {
  let refused = 0;
  await using network = await startProxy(deployment.url, {
    async *answers(data) {
      for await (const piece of data) {
        if (piece.subarray(0, 12).toString('latin1') === 'HTTP/1.1 409') refused += 1;
        yield piece;
      }
    },
  });
  await using runner = deployment.startRunner({ serverUrl: network.url });
  const { execution, attempt } = await startStreaming(deployment);
  using log = followLog(deployment.client, attempt.id);
  for (let time = 1; time <= 3; time++) {
    await flows(log);
    const end = await forgetEnd(attempt.id);
    await waitFor('the next append to be refused', () => refused >= time);
    await waitFor('the runner to send again what was forgotten', async () => {
      const part = await deployment.client.api.logs.read.query({
        attemptId: attempt.id,
        offset: end,
        limit: 1,
      });
      return part.data !== '';
    });
  }
  await flows(log);
  const { written, ...logs } = await letEnd(deployment, runner, execution, attempt, log);
  expect(logs).toEqual({ stored: written, read: written, faults: [] });
  expect(refused).toBe(3);
});

test('#6 appends that come in the wrong order are refused with the end of what is stored, and store nothing', async () => {
  await using runner = await connectRunner({ serverUrl: deployment.url, token: deployment.runnerToken });
  const execution = await deployment.startScript('repo:^repository-01$', 'true');
  const job = await runner.claimOne();
  const pieces = [logOf('one'), logOf('two'), logOf('three')] as const;
  const [first, second, third] = pieces;
  const behind = first.length + second.length;
  expect(await runner.append(job, 'log', behind, third)).toEqual({ status: 409, end: 0 });
  expect(await runner.append(job, 'log', first.length, second)).toEqual({ status: 409, end: 0 });
  expect(await readLog(deployment.client, job.attemptId)).toEqual([]);
  expect(await runner.append(job, 'log', 0, first)).toEqual({ status: 200, end: first.length });
  expect(await runner.append(job, 'log', behind, third)).toEqual({ status: 409, end: first.length });
  // One that begins in what is stored and goes on behind it, as after an answer that was lost.
  expect(await runner.append(job, 'log', 0, Buffer.concat(pieces))).toEqual({
    status: 409,
    end: first.length,
  });
  expect(stdoutOf(await readLog(deployment.client, job.attemptId))).toBe('one\n');
  const rest = Buffer.concat([second, third]);
  const logLength = first.length + rest.length;
  expect(await runner.append(job, 'log', first.length, rest)).toEqual({ status: 200, end: logLength });
  await runner.finish(job, { kind: 'succeeded' }, { logLength });
  expect((await deployment.ended(execution)).execution.state).toBe('succeeded');
  expect(stdoutOf(await readLog(deployment.client, job.attemptId))).toBe('one\ntwo\nthree\n');
});
