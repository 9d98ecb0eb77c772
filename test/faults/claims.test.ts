import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFaultDeployment, type FaultDeployment } from '../support/faultDeployment.ts';
import { connectRunner } from '../support/testRunner.ts';

const resources = new AsyncDisposableStack();
let deployment: FaultDeployment;
beforeAll(async () => {
  // Nobody renews the leases of so many Attempts here.
  deployment = resources.use(await startFaultDeployment({ env: { FLOTILLA_LEASE_MS: '600000' } }));
});
afterAll(() => resources.disposeAsync());

test('#19 two runners that claim 10,000 Jobs at the same time get each Job once, and each its own in their order', async () => {
  const { sql, url: serverUrl, runnerToken: token } = deployment;
  const { id } = await deployment.startScript('repo:', 'true');
  // As many more Jobs as there would be with so many repositories.
  await sql`
    insert into jobs (execution_id, repository_id, base_revision, base_ref, directory, rank)
    select execution_id, repository_id, base_revision, base_ref, 'folder-' || number, (select max(rank) from jobs) + number
      from (select * from jobs where execution_id = ${id} order by id limit 1) as first
      cross join generate_series(1, 10000 - (select count(*) from jobs)) as number`;
  await using one = await connectRunner({ serverUrl, token });
  await using other = await connectRunner({ serverUrl, token });
  const claimed = await Promise.all(
    [one, other].map(async (runner) => {
      const jobIds: number[] = [];
      for (;;) {
        const jobs = await runner.claim(64);
        if (jobs.length === 0) return jobIds;
        jobIds.push(...jobs.map(({ jobId }) => jobId));
      }
    }),
  );
  const all = claimed.flat();
  expect(all).toHaveLength(10_000);
  expect(new Set(all).size).toBe(10_000);
  for (const jobIds of claimed) {
    expect(jobIds.length).toBeGreaterThan(0);
    expect(jobIds).toEqual(jobIds.toSorted((a, b) => a - b));
  }
  expect(
    await sql`select count(*)::int as attempts, count(distinct job_id)::int as jobs from attempts`,
  ).toEqual([{ attempts: 10_000, jobs: 10_000 }]);
});
