import type { CodeHost } from '../codeHosts/codeHost.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { GatePolicy } from '../gates/gatePolicy.ts';
import type { Mirrors } from '../repositories/mirrors.ts';
import type { WorkLease } from '../work/workKind.ts';
import type { ChangesetRow } from './queries/readChangeset.ts';

/** What all Changesets are reconciled with. */
export interface ReconcileContext {
  readonly sql: Sql;
  readonly hints: Pick<Hints, 'publish'>;
  readonly mirrors: Mirrors;
  readonly hosts: {
    /** A host that is open; undefined when it is there no more, or cannot be opened. */
    host(codeHostId: number): CodeHost | undefined;
    /** Looks at a repository and fetches it. */
    bringIn(repositoryId: number, signal: AbortSignal): Promise<void>;
  };
  /** What a Patch may be that is published without a further word. */
  readonly gates: GatePolicy;
  /** Between two looks at a branch on a host that tells nothing by itself, in milliseconds. */
  readonly everyMs: number;
}

/** A Changeset in the hands of its reconciler. */
export interface Reconciling {
  readonly context: ReconcileContext;
  readonly lease: WorkLease;
  readonly host: CodeHost;
  readonly row: ChangesetRow;
  readonly mirrorPath: string;
  readonly signal: AbortSignal;
}
