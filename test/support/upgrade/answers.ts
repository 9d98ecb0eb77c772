import { createHash } from 'node:crypto';
import type { AttemptView, ExecutionView, JobView } from '@flotilla/shared/views';
import { listTokens } from '../../../service/src/tokenCommand/listTokens.ts';
import { noticesOf, readLogSoFar, stdoutOf } from '../logs.ts';
import type { TestService } from '../testService.ts';
import { listJobs } from '../../../scripts/launch/liveRows.ts';

/** What was answered; all but these fields is only compared. */
export interface Answers {
  readonly tokens: readonly unknown[];
  readonly audit: readonly unknown[];
  readonly executions: readonly { readonly id: number; readonly actionName: string }[];
}

/**
 * All that people can read of a service, in a form of the tests' own: what a service of an earlier schema answered must be
 * what one of today answers over the same rows, however the API's own form has changed.
 */
export async function answersOf(flotilla: TestService): Promise<Answers> {
  const { api, service } = flotilla;
  const actions = await api.actions.list.query();
  const executions = await api.executions.list.query({});
  return JSON.parse(
    JSON.stringify({
      tokens: (await listTokens(service.database, { revokedToo: true })).map(
        ({ scope, user, role, label, revokedAt }) => ({
          scope,
          user,
          role,
          label,
          revoked: revokedAt !== null,
        }),
      ),
      repositories: (await api.repositories.list.query()).map(
        ({ id, name, defaultBranch, headCommit, reason }) => ({
          id,
          name,
          defaultBranch,
          headCommit,
          reason,
        }),
      ),
      runners: (await api.runners.list.query()).map(({ name, version, labels, drainRequested }) => ({
        name,
        version,
        labels,
        drainRequested,
      })),
      actions: await Promise.all(
        actions.map(async ({ id, name, latestVersion, updatedBy }) => ({
          name,
          latestVersion,
          updatedBy,
          text: (await api.actions.get.query({ actionId: id, version: latestVersion })).text,
        })),
      ),
      executions: await Promise.all(executions.map((execution) => executionOf(flotilla, execution))),
      audit: await service.sql`select actor, event, details from audit_events order by id`,
    }),
  ) as Answers;
}

async function executionOf(flotilla: TestService, execution: ExecutionView): Promise<unknown> {
  const { id, actionName, actionVersion, scopeQuery, state, counts, changed, held, paused } = execution;
  const { createdBy, createdAt, startedAt, endedAt, maxParallel, maxFailures, priority } = execution;
  const jobs = await listJobs(flotilla.api, id);
  return {
    id,
    actionName,
    actionVersion,
    scopeQuery,
    state,
    counts,
    changed,
    held,
    pausedBy: paused?.by,
    createdBy,
    createdAt,
    startedAt,
    endedAt,
    maxParallel,
    maxFailures,
    priority,
    jobs: await Promise.all(jobs.map((job) => jobOf(flotilla, job))),
  };
}

async function jobOf(flotilla: TestService, job: JobView): Promise<unknown> {
  const { id, repository, baseRef, baseRevision, state, included, requires, outcome, patch } = job;
  const attempts = await flotilla.api.attempts.list.query({ jobId: id });
  return {
    id,
    repository,
    baseRef,
    baseRevision,
    state,
    included,
    requires,
    outcome,
    patch: patch && {
      trees: [patch.baseTree, patch.resultTree],
      lines: [patch.files, patch.addedLines, patch.removedLines],
      files: await flotilla.api.jobs.changedFiles.query({ jobId: id }),
      text: await sha256Of(flotilla, `/attempts/${patch.attemptId}/patch/included`),
    },
    attempts: await Promise.all(attempts.map((attempt) => attemptOf(flotilla, attempt))),
  };
}

async function attemptOf(flotilla: TestService, attempt: AttemptView): Promise<unknown> {
  const { id, number, state, outcome } = attempt;
  const records = await readLogSoFar(flotilla, id);
  return { id, number, state, outcome, log: [stdoutOf(records), noticesOf(records)] };
}

async function sha256Of({ url, userToken }: TestService, path: string): Promise<string> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${userToken}` } });
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
  return createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex');
}
