import type { ChangesetReason } from '@flotilla/shared/campaign/changesetReason';
import type { GateFinding } from '@flotilla/shared/campaign/gateFinding';
import { freeBranch } from '../campaigns/withFreeBranches.ts';
import { checkPatch } from '../gates/checkPatch.ts';
import { hasCommit, mergeTrees } from './buildCommit.ts';
import { changePullRequest } from './changePullRequest.ts';
import type { Look, NextStep } from './nextStep.ts';
import { intendCommit } from './queries/intendCommit.ts';
import { moveChangeset, type Learned } from './queries/moveChangeset.ts';
import type { Reconciling } from './reconciling.ts';
import type { Taken } from './taken.ts';

/** A step that does something. */
export type Doing = Exclude<NextStep, { readonly kind: 'rest' | 'hold' | 'wait' }>;

const done: Taken = { kind: 'done' };

/** Takes a step at the host. Throws what the host throws; a lost lease ends it without a trace. */
export async function takeStep(reconciling: Reconciling, step: Doing, look: Look): Promise<Taken> {
  switch (step.kind) {
    case 'push':
      return push(reconciling, step, look);
    case 'rename':
      return otherBranch(reconciling);
    case 'deleteBranch':
      return deleteBranch(reconciling, step.expect);
    case 'create':
    case 'reopen':
    case 'close':
    case 'decorate':
    case 'merge':
      return changePullRequest(reconciling, step);
  }
}

async function push(
  reconciling: Reconciling,
  { commit, expect }: Extract<Doing, { readonly kind: 'push' }>,
  look: Look,
): Promise<Taken> {
  const { context, host, row, lease, mirrorPath, signal } = reconciling;
  const findings = await gateFindings(reconciling);
  if (findings.length > 0) return { kind: 'held', reason: { kind: 'gate', findings } };
  const conflict = await conflictWith(reconciling, commit, look);
  if (conflict !== undefined) return { kind: 'held', reason: conflict };
  if (!(await intendCommit(context.sql, lease, row.id, commit))) return done;
  await move(reconciling, 'begin', {});
  const { branch } = row;
  const outcome = await host.push(row.repository, { mirrorPath, branch, commit, expect }, signal);
  switch (outcome.kind) {
    case 'done':
    case 'same':
      await move(reconciling, 'push', { pushedCommit: commit, seenHead: commit });
      return done;
    case 'stale':
      // The next look says whose it is.
      return done;
    case 'refused':
      return { kind: 'held', reason: { kind: 'refused', rule: outcome.rule } };
  }
}

/** What keeps the Patch from being published; nothing where a person lets just this one pass. */
async function gateFindings({
  context,
  row,
  mirrorPath,
  signal,
}: Reconciling): Promise<readonly GateFinding[]> {
  const { baseTree, resultTree, gatePassed } = row;
  if (gatePassed === resultTree) return [];
  return checkPatch({ mirrorPath, baseTree, resultTree }, context.gates, signal);
}

/** What a Patch conflicts with where its base has moved; undefined when it does not, or nothing has moved. */
async function conflictWith(
  { row, mirrorPath, context, signal }: Reconciling,
  commit: string,
  { base }: Look,
): Promise<ChangesetReason | undefined> {
  if (base === null || base === row.baseRevision) return undefined;
  if (!(await hasCommit(mirrorPath, base, signal))) await context.hosts.bringIn(row.repository.id, signal);
  // It moves on and on; the host itself says whether it can be merged.
  if (!(await hasCommit(mirrorPath, base, signal))) return undefined;
  const merged = await mergeTrees(mirrorPath, [base, commit], signal);
  return merged.kind === 'clean' ? undefined : { kind: 'baseConflict', base, paths: merged.paths };
}

/** Somebody else's branch has the name: a number behind it makes another one. */
async function otherBranch(reconciling: Reconciling): Promise<Taken> {
  const { host, row, signal } = reconciling;
  const names = Array.from({ length: 20 }, (_, index) => `${row.branch}-${index + 2}`);
  const there = await host.heads(row.repository, names, signal);
  const branch = freeBranch(row.branch, (name) => name !== row.branch && !there.has(name));
  await move(reconciling, 'learn', { branch });
  return done;
}

async function deleteBranch({ host, row, mirrorPath, signal }: Reconciling, expect: string): Promise<Taken> {
  const { branch } = row;
  const outcome = await host.push(row.repository, { mirrorPath, branch, commit: null, expect }, signal);
  return outcome.kind === 'refused'
    ? { kind: 'held', reason: { kind: 'refused', rule: outcome.rule } }
    : done;
}

async function move(
  { context, row, lease }: Reconciling,
  event: 'begin' | 'push' | 'learn',
  learned: Learned,
): Promise<boolean> {
  const { id: changesetId, wantedNumber } = row;
  return moveChangeset(context.sql, { changesetId, lease, wantedNumber, event, learned });
}
