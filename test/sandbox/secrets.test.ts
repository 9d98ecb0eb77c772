import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptView } from '@flotilla/shared/views';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDeployment, type Deployment } from '../support/deployment.ts';
import { readLog, stdoutOf } from '../support/logs.ts';
import { makeRepository } from '../support/repositories.ts';

const secret = 'correct-horse-battery';

const resources = new AsyncDisposableStack();
let deployment: Deployment;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: (folder) =>
        makeRepository(join(folder, 'sample'), { files: { settings: `password=${secret}\n` } }),
    }),
  );
  const maskFile = join(deployment.folder, 'masked');
  await writeFile(maskFile, `another value\n${secret}\n`);
  deployment.startRunner({ env: { FLOTILLA_MASK_FILE: maskFile } });
});
afterAll(() => resources.disposeAsync());

/** Runs a script on the one repository, to its end. */
async function run(script: string): Promise<AttemptView> {
  const { jobs } = await deployment.ended(await deployment.startScript('repo:', script));
  const [job] = jobs.values();
  const [attempt] = await deployment.attemptsOf(job?.id ?? 0);
  if (attempt === undefined) throw new Error('the Job has no Attempt');
  return attempt;
}

test("a value of the runner's mask file is in no log, however a Step writes it, nor in the outcome", async () => {
  const attempt = await run(`
    cat settings
    printf 'correct-ho'; sleep 0.1; printf 'rse-battery\\n'
    printf 'user:%s' ${secret} | base64
    echo 'refused: ${secret}' >&2; exit 1`);
  const { client } = deployment;
  const records = await readLog(client, attempt.id);
  expect(stdoutOf(records)).toBe('password=***\n***\ndXNlcjp***=\n');
  expect(Buffer.concat(records.map(({ data }) => data)).toString()).not.toContain(secret);
  expect(attempt.outcome).toMatchObject({ kind: 'failed', lastLine: 'refused: ***' });
});

test('a Patch that would add one is not stored, and its Job says in which file', async () => {
  const attempt = await run(`mkdir conf; echo 'token: ${secret}' > conf/new.yaml`);
  expect(attempt.outcome).toMatchObject({
    kind: 'errored',
    reason: 'patch',
    message: expect.stringContaining('The patch would write a secret into conf/new.yaml; it was not stored.'),
  });
  expect(await deployment.sql`select patch_end from attempts where id = ${attempt.id}`).toEqual([
    { patch_end: '0' },
  ]);
});

test('a Patch that takes one out is stored', async () => {
  expect(await run('echo password= > settings')).toMatchObject({ state: 'succeeded' });
});
