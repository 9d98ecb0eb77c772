import type { LeftOutReason } from '@flotilla/shared/query/leftOutReason';
import type { ScopeQuery } from '@flotilla/shared/query/scopeQuery';
import type { LeftOutView, ScopePreview, TargetView } from '@flotilla/shared/views';
import { asc, eq } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { repositories } from '../db/schema/repositories.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { Pace } from '../pace.ts';
import { Lane } from '../git/lane.ts';
import { gitEngine } from './gitEngine.ts';
import { maxSteps, Patterns } from './patterns.ts';
import { readQuery } from './readQuery.ts';
import type { SearchEngine, Searcher } from './searchEngine.ts';
import { shortened } from './shortened.ts';

export interface ScopeRequest {
  readonly query: string;
  /** Names to limit the scope to. */
  readonly only?: readonly string[];
  readonly database: Database;
  readonly mirrors: Mirrors;
  readonly searcher: Searcher;
}

type RepositoryRow = typeof repositories.$inferSelect;
type Verdict = { readonly target: TargetView } | LeftOutView;

/**
 * Which repositories a scope query means, each at its default branch's head, by name; and every other one with the
 * reason why it is left out. Throws `scope.invalid`.
 */
export async function resolveScope(request: ScopeRequest): Promise<ScopePreview> {
  const query = readQuery(request.query);
  const rows = await request.database
    .select()
    .from(repositories)
    .where(eq(repositories.present, true))
    .orderBy(asc(repositories.name));
  const verdicts = await judgeAll(rows, query, request);
  const leftOut: LeftOutView[] = [];
  const targets: TargetView[] = [];
  for (const verdict of verdicts) {
    if ('reason' in verdict) leftOut.push(verdict);
    else if (query.count !== null && targets.length >= query.count) {
      const reason = { kind: 'beyondCount', count: query.count } as const;
      leftOut.push({ repository: verdict.target.repository, reason });
    } else targets.push(verdict.target);
  }
  return { query: request.query, targets, leftOut };
}

/** A user's queries are compiled, and names matched with them, one after the other: each slice of them is one of many otherwise. */
const matching = new Lane({ slots: Infinity, perOwner: 1 });

/** Judges all at once, as far as git has slots; others have their turn while names are matched. */
async function judgeAll(
  rows: readonly RepositoryRow[],
  query: ScopeQuery,
  request: ScopeRequest,
): Promise<Verdict[]> {
  const { purpose, userId, signal } = request.searcher;
  const judged: Promise<Verdict>[] = [];
  {
    using _turn = await matching.enter(`${purpose} of user:${userId}`, signal);
    const pace = new Pace();
    await pace.rest();
    const judge = judgeOf(query, gitEngine(request.mirrors), request);
    for (const row of rows) {
      const verdict = judge(row);
      // Whoever waits for all of them hears of it.
      verdict.catch(() => undefined);
      judged.push(verdict);
      if (pace.isOver()) await pace.rest();
      signal?.throwIfAborted();
    }
  }
  return Promise.all(judged);
}

function judgeOf(query: ScopeQuery, engine: SearchEngine, { only, searcher }: ScopeRequest) {
  const names = new Patterns(maxSteps.names);
  const paths = new Patterns(maxSteps.paths);
  const wanted = query.repo.map((pattern) => ({ pattern, matches: names.compile(pattern, 'repo:') }));
  const unwanted = query.notRepo.map((pattern) => ({
    pattern,
    matches: names.compile(pattern, '-repo:'),
  }));
  const file = query.file.map((pattern) => paths.compile(pattern, 'file:'));
  const limitedTo = only === undefined ? undefined : new Set(only);

  return async (row: RepositoryRow): Promise<Verdict> => {
    const leaveOut = (reason: LeftOutReason): Verdict => ({ repository: row.name, reason });
    if (limitedTo !== undefined && !limitedTo.has(row.name)) return leaveOut({ kind: 'notChosen' });
    const missed = wanted.find(({ matches }) => !matches(row.name));
    if (missed !== undefined)
      return leaveOut({ kind: 'nameDiffers', pattern: shortened(missed.pattern.source) });
    const hit = unwanted.find(({ matches }) => matches(row.name));
    if (hit !== undefined) return leaveOut({ kind: 'nameExcluded', pattern: shortened(hit.pattern.source) });
    if (row.reason !== null) return leaveOut({ kind: 'unusable', problem: row.reason });
    if (row.defaultBranch === null || row.headCommit === null) return leaveOut({ kind: 'noDefaultBranch' });
    const target: TargetView = {
      repositoryId: row.id,
      repository: row.name,
      baseRef: row.defaultBranch,
      baseRevision: row.headCommit,
    };
    const searched = { repositoryId: row.id, name: row.name, commit: row.headCommit };
    const reason = await engine.mismatch(searched, { query, file }, searcher);
    return reason === null ? { target } : leaveOut(reason);
  };
}
