import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, type Config } from '../../service/src/config.ts';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../service/src/db/embedded/embeddedPostgres.ts';
import { openService, type Service } from '../../service/src/service.ts';
import { createLogger } from '../../service/src/telemetry/logger.ts';

/** A replica in this process, as `npm start` has it, on a durable Postgres of its own. Disposing removes both. */
export interface LocalService extends AsyncDisposable {
  readonly service: Service;
  readonly postgres: EmbeddedPostgres;
}

/** Opens a service without a code host. Its database waits for the disk, as the one of `npm start` does. */
export async function openLocalService(config: Partial<Config> = {}): Promise<LocalService> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  // Postgres runs as a user of its own and must reach its folder.
  await chmod(folder, 0o755);
  const postgres = resources.use(await startEmbeddedPostgres({ folder: join(folder, 'postgres') }));
  const failures: unknown[] = [];
  resources.defer(() => {
    if (failures.length > 0) throw new AggregateError(failures, 'background work of the service failed');
  });
  const service = resources.use(
    await openService(
      { ...readConfig({ FLOTILLA_DATA: join(folder, 'data') }), ...config },
      postgres.url,
      createLogger('warn'),
      (error) => failures.push(error),
    ),
  );
  const owned = resources.move();
  return { service, postgres, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
