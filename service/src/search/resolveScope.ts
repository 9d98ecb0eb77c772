import { FlotillaError } from '@flotilla/shared/errors';
import { parseScopeQuery } from '@flotilla/shared/query/parseScopeQuery';
import type { ScopeQuery } from '@flotilla/shared/query/scopeQuery';
import type { ScopePreview, TargetView } from '@flotilla/shared/views';
import { asc, eq } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { repositories } from '../db/schema.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import { gitEngine } from './gitEngine.ts';
import { compilePattern } from './patterns.ts';
import type { SearchEngine } from './searchEngine.ts';

export interface ScopeRequest {
  readonly query: string;
  /** Names to limit the scope to. */
  readonly only?: readonly string[];
  readonly database: Database;
  readonly mirrors: Mirrors;
  readonly signal?: AbortSignal | undefined;
}

type RepositoryRow = typeof repositories.$inferSelect;
type Verdict = { readonly target: TargetView } | { readonly repository: string; readonly reason: string };

/**
 * Which repositories a scope query means, each at its default branch's head, by name; and every other one with the
 * reason why it is left out. Throws `scope.invalid`.
 */
export async function resolveScope(request: ScopeRequest): Promise<ScopePreview> {
  const query = parse(request.query);
  const rows = await request.database
    .select()
    .from(repositories)
    .where(eq(repositories.present, true))
    .orderBy(asc(repositories.name));
  const judge = judgeOf(query, gitEngine(request.mirrors), request);
  const verdicts = await Promise.all(rows.map(judge));
  const leftOut: { repository: string; reason: string }[] = [];
  const targets: TargetView[] = [];
  for (const verdict of verdicts) {
    if ('reason' in verdict) leftOut.push(verdict);
    else if (query.count !== null && targets.length >= query.count) {
      leftOut.push({ repository: verdict.target.repository, reason: `is beyond count:${query.count}` });
    } else targets.push(verdict.target);
  }
  return { query: request.query, targets, leftOut };
}

function parse(text: string): ScopeQuery {
  const parsed = parseScopeQuery(text);
  if (parsed.ok) return parsed.query;
  throw new FlotillaError('scope.invalid', parsed.problems.map((problem) => problem.message).join(' '), {
    details: { problems: parsed.problems },
  });
}

function judgeOf(query: ScopeQuery, engine: SearchEngine, { only, signal }: ScopeRequest) {
  const wanted = query.repo.map((pattern) => ({ pattern, matches: compilePattern(pattern, 'repo:') }));
  const unwanted = query.notRepo.map((pattern) => ({ pattern, matches: compilePattern(pattern, '-repo:') }));
  // Wrong patterns are refused also where no repository would be asked.
  for (const pattern of query.file) compilePattern(pattern, 'file:');
  const limitedTo = only === undefined ? undefined : new Set(only);

  return async (row: RepositoryRow): Promise<Verdict> => {
    const leaveOut = (reason: string): Verdict => ({ repository: row.name, reason });
    if (limitedTo !== undefined && !limitedTo.has(row.name)) return leaveOut('was not chosen');
    const missed = wanted.find(({ matches }) => !matches(row.name));
    if (missed !== undefined) return leaveOut(`does not match repo:${missed.pattern.source}`);
    const hit = unwanted.find(({ matches }) => matches(row.name));
    if (hit !== undefined) return leaveOut(`matches -repo:${hit.pattern.source}`);
    if (row.reason !== null) return leaveOut(row.reason.replace(/^it /, ''));
    if (row.defaultBranch === null || row.headCommit === null) return leaveOut('has no default branch');
    const target: TargetView = {
      repositoryId: row.id,
      repository: row.name,
      baseRef: row.defaultBranch,
      baseRevision: row.headCommit,
    };
    const searched = { repositoryId: row.id, name: row.name, commit: row.headCommit };
    const reason = await engine.mismatch(searched, query, signal);
    return reason === null ? { target } : leaveOut(reason);
  };
}
