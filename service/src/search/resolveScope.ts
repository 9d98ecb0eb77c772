import type { LeftOutReason } from '@flotilla/shared/query/leftOutReason';
import type { ScopeQuery } from '@flotilla/shared/query/scopeQuery';
import type { NamedRepository, Target } from '@flotilla/shared/target/target';
import type { LeftOutView, ScopePreview } from '@flotilla/shared/views';
import { and, asc, eq } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { codeHosts } from '../db/schema/codeHosts.ts';
import type { ChosenRepositories } from '../db/schema/executions.ts';
import { repositories } from '../db/schema/repositories.ts';
import { canSee } from '../repositories/canSee.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { Pace } from '../pace.ts';
import { Lane } from '../git/lane.ts';
import { chosenAmong } from './chosenAmong.ts';
import { gitEngine } from './gitEngine.ts';
import { maxSteps, Patterns } from './patterns.ts';
import { readQuery } from './readQuery.ts';
import type { SearchEngine, Searcher } from './searchEngine.ts';
import { shortened } from './shortened.ts';

export interface ScopeRequest {
  readonly query: string;
  /** What to limit the scope to; null takes all that match. */
  readonly only?: ChosenRepositories | null;
  readonly database: Database;
  readonly mirrors: Mirrors;
  readonly searcher: Searcher;
}

/** A repository, with what a scope looks at beside its name. */
interface SearchableRepository extends NamedRepository {
  readonly defaultBranch: string | null;
  readonly headCommit: string | null;
  readonly reason: string | null;
  /** Why its host could not be listed when that was last tried; null when it could. */
  readonly hostProblem: string | null;
}

type Verdict = { readonly target: Target } | LeftOutView;

/**
 * Which repositories a scope query means, each at its default branch's head, by name; and every other one with the
 * reason why it is left out. Those that its searcher may not see are neither. Throws `scope.invalid`.
 */
export async function resolveScope(request: ScopeRequest): Promise<ScopePreview> {
  const query = readQuery(request.query);
  const rows = await selectRepositories(request.database);
  const visible = rows.filter(({ repositoryId }) => canSee(request.searcher.user, { id: repositoryId }));
  const verdicts = await judgeAll(visible, query, request);
  const leftOut: LeftOutView[] = [];
  const targets: Target[] = [];
  for (const verdict of verdicts) {
    if ('reason' in verdict) leftOut.push(verdict);
    else if (query.count !== null && targets.length >= query.count) {
      const reason = { kind: 'beyondCount', count: query.count } as const;
      leftOut.push({ ...repositoryOf(verdict.target), reason });
    } else targets.push(verdict.target);
  }
  return { query: request.query, targets, leftOut };
}

/** The repositories that code hosts have now: by name, and where two share it by the name of their host. */
function selectRepositories(database: Database): Promise<SearchableRepository[]> {
  const { id, name, defaultBranch, headCommit, reason, present } = repositories;
  return database
    .select({
      codeHostId: codeHosts.id,
      codeHost: codeHosts.name,
      repositoryId: id,
      repository: name,
      defaultBranch,
      headCommit,
      reason,
      hostProblem: codeHosts.problem,
    })
    .from(repositories)
    .innerJoin(codeHosts, eq(codeHosts.id, repositories.codeHostId))
    .where(and(eq(present, true), eq(codeHosts.present, true)))
    .orderBy(asc(name), asc(codeHosts.name));
}

function repositoryOf({ codeHostId, codeHost, repositoryId, repository }: NamedRepository): NamedRepository {
  return { codeHostId, codeHost, repositoryId, repository };
}

/** A user's queries are compiled, and names matched with them, one after the other: each slice of them is one of many otherwise. */
const matching = new Lane({ slots: Infinity, perOwner: 1 });

/** Judges all at once, as far as git has slots; others have their turn while names are matched. */
async function judgeAll(
  rows: readonly SearchableRepository[],
  query: ScopeQuery,
  request: ScopeRequest,
): Promise<Verdict[]> {
  const { purpose, user, signal } = request.searcher;
  const judged: Promise<Verdict>[] = [];
  {
    using _turn = await matching.enter(`${purpose} of user:${user.id}`, signal);
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

function judgeOf(query: ScopeQuery, engine: SearchEngine, { only = null, searcher }: ScopeRequest) {
  const names = new Patterns(maxSteps.names);
  const paths = new Patterns(maxSteps.paths);
  const wanted = query.repo.map((pattern) => ({ pattern, matches: names.compile(pattern, 'repo:') }));
  const unwanted = query.notRepo.map((pattern) => ({
    pattern,
    matches: names.compile(pattern, '-repo:'),
  }));
  const file = query.file.map((pattern) => paths.compile(pattern, 'file:'));
  const isChosen = chosenAmong(only);

  return async (row: SearchableRepository): Promise<Verdict> => {
    const { repositoryId, repository: name } = row;
    const leaveOut = (reason: LeftOutReason): Verdict => ({ ...repositoryOf(row), reason });
    if (!isChosen(row)) return leaveOut({ kind: 'notChosen' });
    const missed = wanted.find(({ matches }) => !matches(name));
    if (missed !== undefined)
      return leaveOut({ kind: 'nameDiffers', pattern: shortened(missed.pattern.source) });
    const hit = unwanted.find(({ matches }) => matches(name));
    if (hit !== undefined) return leaveOut({ kind: 'nameExcluded', pattern: shortened(hit.pattern.source) });
    if (row.hostProblem !== null) return leaveOut({ kind: 'hostAway', problem: row.hostProblem });
    if (row.reason !== null) return leaveOut({ kind: 'unusable', problem: row.reason });
    if (row.defaultBranch === null || row.headCommit === null) return leaveOut({ kind: 'noDefaultBranch' });
    const target: Target = {
      ...repositoryOf(row),
      baseRef: row.defaultBranch,
      baseRevision: row.headCommit,
      directory: '',
    };
    const searched = { repositoryId, name, commit: row.headCommit };
    const reason = await engine.mismatch(searched, { query, file }, searcher);
    return reason === null ? { target } : leaveOut(reason);
  };
}
