import { z } from 'zod';
import { standardBackOffMs, workKind, type AnyWorkKind } from '../work/workKind.ts';
import { reconcile } from './reconcile.ts';
import { reconcileName } from './reconcileName.ts';
import type { ReconcileContext } from './reconciling.ts';

/** Changesets that are worked on at the same time; each host has its own bounds besides. */
const atOnce = 16;

/** Brings Changesets at their hosts to what is wanted, and looks at those that are there. */
export function reconcileKind(context: ReconcileContext, leaseMs: number): AnyWorkKind {
  return workKind({
    name: reconcileName,
    payload: z.object({ changesetId: z.number().int() }),
    atOnce,
    leaseMs,
    backOffMs: standardBackOffMs,
    title: ({ changesetId }) => `Bring changeset ${changesetId} to its code host`,
    run: ({ lease, payload: { changesetId } }, signal) => reconcile(context, changesetId, lease, signal),
  });
}
