import { FlotillaError } from '@flotilla/shared/errors';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { RightsOf } from '../auth/rights.ts';
import { standardBackOffMs, workKind, type AnyWorkKind } from '../work/workKind.ts';
import { selectResolution } from './queries/selectResolution.ts';
import { resolve, type ResolutionContext } from './resolution.ts';
import { resolutionName } from './resolutionName.ts';

/** Resolutions that whoever began them has left: its replica died or stopped, or the database was away. */
export function resolutionKind(
  context: ResolutionContext & {
    readonly logger: Pick<Logger, 'warn' | 'error'>;
    readonly rightsOf: RightsOf;
  },
): AnyWorkKind {
  const { sql, leaseMs, logger } = context;
  return workKind({
    name: resolutionName,
    payload: z.object({ executionId: z.number().int() }),
    atOnce: 2,
    leaseMs,
    backOffMs: standardBackOffMs,
    title: ({ executionId }) => `Find the repositories of execution ${executionId}`,
    async run({ lease, payload: { executionId } }, signal) {
      const found = await selectResolution(sql, executionId);
      // Whoever resolved it died before it could say so.
      if (found === undefined) return { kind: 'done' };
      const { account } = found;
      const user = { ...account, sees: await context.rightsOf(account) };
      const resolved = await resolve(context, { ...found, user }, lease, signal);
      if (resolved.kind === 'refused' && !(resolved.error instanceof FlotillaError)) {
        const said =
          'an execution that was left has no jobs, because something went wrong; nothing of it stays';
        logger.error({ executionId, err: resolved.error }, said);
      } else {
        const err = resolved.kind === 'refused' ? { err: resolved.error } : {};
        logger.warn({ executionId, resolved: resolved.kind, ...err }, 'resumed an execution that was left');
      }
      return { kind: 'done' };
    },
  });
}
