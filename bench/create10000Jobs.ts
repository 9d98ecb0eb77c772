import { randomUUID } from 'node:crypto';
import { createExecution } from '../service/src/executions/createExecution.ts';
import { ensureUser } from '../service/src/auth/tokens.ts';
import { codeHosts } from '../service/src/db/schema/codeHosts.ts';
import type { Service } from '../service/src/service.ts';
import type { Benchmark } from './support/figure.ts';
import { openLocalService } from './support/localService.ts';
import { makeMirrors } from './support/mirrors.ts';
import { median, relativeRange } from './support/statistics.ts';

/** docs/performance.md. */
const jobs = 10_000;

/**
 * An Execution over 10,000 repositories with real mirrors, from the request to the answer, which comes after the commit:
 * saving the Action, resolving its scope, pinning each commit, and inserting. Against what no engine can be below: one
 * insert of 10,000 rows by `unnest` into a table with the columns and indexes of `jobs`.
 */
export const create10000Jobs: Benchmark = async function* (settings) {
  await using local = await openLocalService();
  const { service } = local;
  const account = await ensureUser(service.sql, 'bench', 'bench', 'member');
  const user = { ...account, sees: 'all' } as const;
  settings.say(`making ${jobs} mirrors`);
  const targets = await makeRepositories(service);
  await service.sql`create table raw_jobs (like jobs including all)`;
  const ours: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    await service.sql`truncate raw_jobs`;
    raw.push(await secondsOf(() => insertRaw(service, targets)));
    ours.push(
      await secondsOf(async () => {
        const request = {
          requestKey: randomUUID(),
          fileName: `create-${round}.action.json`,
          text: JSON.stringify({ scopeQuery: 'repo:', steps: [{ type: 'command', args: ['true'] }] }),
          baseVersion: null,
          origin: null,
          repositories: null,
          scopeId: null,
        };
        const { leaseMs } = service.config;
        const context = { ...service, defaultImage: 'none', fair: false, leaseMs };
        const execution = await createExecution(context, user, request, AbortSignal.timeout(300_000));
        if (execution.counts.queued !== jobs) throw new Error(`${execution.counts.queued} Jobs were made`);
      }),
    );
    settings.say(
      `round ${round + 1}: ${ours.at(-1)?.toFixed(2)} s, raw insert ${((raw.at(-1) ?? 0) * 1000).toFixed(0)} ms`,
    );
  }
  yield {
    name: 'create-10000-jobs-s',
    value: median(ours),
    unit: 's',
    ratio: median(ours.map((value, round) => value / (raw[round] ?? Number.NaN))),
    rival: `one insert of ${jobs} rows by unnest: ${(median(raw) * 1000).toFixed(0)} ms`,
    n: ours.length,
    spread: relativeRange(ours),
  };
};

interface Target {
  readonly id: string;
  readonly commit: string;
}

async function makeRepositories({ database, sql, mirrors }: Service): Promise<readonly Target[]> {
  const [host] = await database
    .insert(codeHosts)
    .values({ kind: 'none', name: 'nowhere', location: '/nowhere' })
    .returning({ id: codeHosts.id });
  if (host === undefined) throw new Error('the database kept no code host');
  const rows = await sql<{ id: string }[]>`
    insert into repositories (code_host_id, name, default_branch)
    select ${host.id}, 'repository-' || number, 'refs/heads/main' from generate_series(1, ${jobs}::int) as number
    returning id`;
  const commit = await makeMirrors(
    mirrors,
    rows.map(({ id }) => Number(id)),
  );
  await sql`update repositories set head_commit = ${commit}`;
  await sql`analyze repositories`;
  return rows.map(({ id }) => ({ id, commit }));
}

async function insertRaw({ sql }: Service, targets: readonly Target[]): Promise<void> {
  await sql`
    insert into raw_jobs (id, execution_id, repository_id, base_revision, base_ref)
    overriding system value
    select repository_id, 1, repository_id, base_revision, 'refs/heads/main'
      from unnest(${arrayOf(targets.map(({ id }) => id))}::text::bigint[],
                  ${arrayOf(targets.map(({ commit }) => commit))}::text::text[]) as target (repository_id, base_revision)`;
}

/** A literal: the service's client knows no array types (docs/spec/database.md). Only for what needs no quotes. */
function arrayOf(values: readonly string[]): string {
  return `{${values.join(',')}}`;
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
