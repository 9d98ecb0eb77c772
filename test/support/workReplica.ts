import { connect, type Connections } from '../../service/src/db/database.ts';
import { Hints } from '../../service/src/db/hints.ts';
import { createLogger } from '../../service/src/telemetry/logger.ts';
import type { AnyWorkKind } from '../../service/src/work/workKind.ts';
import { WorkLoop } from '../../service/src/work/workLoop.ts';

/** The part of a replica that does background work. Disposing stops it. */
export interface WorkReplica extends AsyncDisposable {
  readonly sql: Connections['sql'];
  readonly hints: Hints;
  readonly work: WorkLoop;
  /** Stops it, as a replica does that is told to. */
  stop(): Promise<void>;
}

export async function startWorkReplica(
  databaseUrl: string,
  kinds: readonly AnyWorkKind[],
  options: { readonly stopMs?: number } = {},
): Promise<WorkReplica> {
  await using resources = new AsyncDisposableStack();
  const { sql } = resources.use(connect(databaseUrl, { max: 3 }));
  const logger = createLogger('silent');
  const hints = resources.use(new Hints(sql, logger));
  await hints.start();
  const work = new WorkLoop({ sql, hints, logger, ...options }, kinds);
  const ending = new AbortController();
  const running = work.run(ending.signal);
  const stop = () => {
    ending.abort();
    return running;
  };
  resources.defer(stop);
  const owned = resources.move();
  return { sql, hints, work, stop, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
