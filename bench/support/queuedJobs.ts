import { randomUUID } from 'node:crypto';
import { parseAction } from '@flotilla/shared/definition/parseAction';
import type { Definition } from '@flotilla/shared/definition/definition';
import { runnerProtocol } from '@flotilla/shared/protocol/version';
import { createToken, ensureUser, type User } from '../../service/src/auth/tokens.ts';
import { saveAction } from '../../service/src/actions/saveAction.ts';
import { insertExecution } from '../../service/src/executions/queries/insertExecution.ts';
import { insertJobs } from '../../service/src/executions/queries/insertJobs.ts';
import { hello } from '../../service/src/runners/hello.ts';
import { codeHosts } from '../../service/src/db/schema/codeHosts.ts';
import type { Service } from '../../service/src/service.ts';

/** Who asks in a benchmark, and over which repositories. */
export interface Queue {
  readonly user: User;
  readonly runnerId: string;
  /** Inserts an Execution with that many queued Jobs, by the statement that every Execution is made with. */
  enqueue(jobs: number, more?: Readonly<Record<string, unknown>>): Promise<number>;
}

/** Rows of repositories that have no mirror: for Jobs that no container runs. */
export async function openQueue(service: Service, repositories: number): Promise<Queue> {
  const { database, sql } = service;
  const account = await ensureUser(sql, 'bench', 'bench', 'member');
  const user = { ...account, sees: 'all' } as const;
  const token = await createToken(sql, 'bench', { scope: 'runner', label: 'bench' });
  const [host] = await database
    .insert(codeHosts)
    .values({ kind: 'none', name: 'nowhere', location: '/nowhere' })
    .returning({ id: codeHosts.id });
  if (host === undefined) throw new Error('the database kept nothing');
  const rows = await sql<{ id: string }[]>`
    insert into repositories (code_host_id, name, default_branch, head_commit)
    select ${host.id}, 'repository-' || number, 'refs/heads/main', repeat('a', 40)
      from generate_series(1, ${repositories}::int) as number returning id`;
  const ids = rows.map((row) => Number(row.id));
  const { runnerId } = await hello(service, token.id, {
    protocol: runnerProtocol,
    name: 'bench',
    instance: randomUUID(),
    version: '0.0.0',
    labels: ['linux', 'docker', 'x64'],
    capacity: 256,
    description: 'callers of a benchmark',
    attempts: [],
  });
  return {
    user,
    runnerId,
    async enqueue(jobs, more = {}) {
      const definition = parse(more);
      const action = { fileName: 'bench.action.json', text: textOf(more), baseVersion: null, origin: null };
      const saved = await saveAction(service, user, action);
      const begun = await insertExecution(
        sql,
        {
          requestKey: randomUUID(),
          actionId: saved.actionId,
          actionVersion: saved.version,
          definition,
          createdBy: user.id,
          request: { repositories: null },
        },
        { holder: 'bench', leaseMs: 60_000 },
      );
      if (begun === undefined) throw new Error('an Execution of a benchmark was not made');
      await insertJobs(sql, {
        begun,
        definition,
        userId: user.id,
        fair: service.config.fairness === 'owner',
        targets: Array.from({ length: jobs }, (_, index) => ({
          repositoryId: ids[index % ids.length] ?? 0,
          baseRevision: 'a'.repeat(40),
          baseRef: 'refs/heads/main',
          directory: '',
        })),
      });
      return begun.executionId;
    },
  };
}

function textOf(more: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ scopeQuery: 'repo:', steps: [{ type: 'command', args: ['true'] }], ...more });
}

function parse(more: Readonly<Record<string, unknown>>): Definition {
  const parsed = parseAction(textOf(more), 'bench.action.json');
  if (!parsed.ok) throw new Error(`the Action of a benchmark is wrong: ${JSON.stringify(parsed)}`);
  return { ...parsed.definition, image: 'none' };
}
