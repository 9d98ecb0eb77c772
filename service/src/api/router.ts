import { actionsRouter } from './actionsRouter.ts';
import { attemptsRouter } from './attemptsRouter.ts';
import { campaignsRouter } from './campaignsRouter.ts';
import { changesetsRouter } from './changesetsRouter.ts';
import { codeHostsRouter } from './codeHostsRouter.ts';
import { executionsRouter } from './executionsRouter.ts';
import { jobsRouter } from './jobsRouter.ts';
import { logsRouter } from './logsRouter.ts';
import { pairingRouter } from './pairingRouter.ts';
import { rowsRouter } from './rowsRouter.ts';
import { repositoriesRouter, scopesRouter } from './repositoriesRouter.ts';
import { runnersRouter } from './runnersRouter.ts';
import { serverRouter } from './serverRouter.ts';
import { router } from './trpc.ts';
import { workRouter } from './workRouter.ts';

/** What editors call, on `/trpc`. */
export const appRouter = router({
  pairing: pairingRouter,
  server: serverRouter,
  codeHosts: codeHostsRouter,
  repositories: repositoriesRouter,
  scopes: scopesRouter,
  actions: actionsRouter,
  executions: executionsRouter,
  campaigns: campaignsRouter,
  changesets: changesetsRouter,
  jobs: jobsRouter,
  attempts: attemptsRouter,
  rows: rowsRouter,
  logs: logsRouter,
  runners: runnersRouter,
  work: workRouter,
});

export type AppRouter = typeof appRouter;
