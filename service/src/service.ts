import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { PairingDesk } from './auth/pairingDesk.ts';
import { Revocations } from './auth/revocations.ts';
import { Strangers } from './auth/strangers.ts';
import { codeHostKinds } from './codeHosts/kinds.ts';
import type { Config } from './config.ts';
import { connect, type Database, type Sql } from './db/database.ts';
import { Hints } from './db/hints.ts';
import { migrate } from './db/migrate.ts';
import { ChangeFeed } from './executions/changeFeed.ts';
import { Definitions } from './executions/definitions.ts';
import { resolutionKind } from './executions/resolutionKind.ts';
import { Admission } from './jobs/admission.ts';
import { batchClaims, type Claims } from './jobs/claim.ts';
import { batchEnds, type Ends } from './jobs/finish.ts';
import { runJanitor } from './jobs/janitor.ts';
import { keepHouse } from './housekeeping/keepHouse.ts';
import { LogStore } from './logs/logStore.ts';
import { sealLogs } from './logs/sealLogs.ts';
import { StoredStreams } from './logs/storedStreams.ts';
import { fileObjects } from './objects/fileObjects.ts';
import { Mirrors } from './repositories/mirrors.ts';
import { scanRegularly, Scans } from './repositories/scans.ts';
import { OneAtATime } from './oneAtATime.ts';
import type { SyncSummary } from './repositories/syncRepositories.ts';
import { WorkLoop } from './work/workLoop.ts';

/** Everything a request may need. */
export interface Service extends AsyncDisposable {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Database;
  readonly sql: Sql;
  readonly hints: Hints;
  readonly mirrors: Mirrors;
  readonly logs: LogStore;
  readonly streams: StoredStreams;
  readonly changeFeed: ChangeFeed;
  readonly definitions: Definitions;
  readonly claims: Claims;
  readonly ends: Ends;
  readonly finishes: OneAtATime<number>;
  readonly admission: Admission;
  readonly work: WorkLoop;
  readonly revocations: Revocations;
  readonly pairingDesk: PairingDesk;
  readonly strangers: Strangers;
  /** Scans the code host and fetches what moved; calls at the same time share one scan. */
  syncRepositories(signal?: AbortSignal): Promise<SyncSummary>;
}

/**
 * Opens a replica of the service on a database: migrates it, starts the background work (janitor, sealing,
 * revocations, scans of the code host) and stops it when disposed. `onFailure` gets what ends a background loop,
 * which is a bug.
 */
export async function openService(
  config: Config,
  databaseUrl: string,
  logger: Logger,
  onFailure: (error: unknown) => void,
): Promise<Service> {
  await migrate(databaseUrl);
  const mirrorsFolder = join(config.sharedFolder, 'mirrors');
  await mkdir(mirrorsFolder, { recursive: true });
  const connections = connect(databaseUrl, { statementMs: config.statementMs });
  const { database, sql, hot } = connections;
  const hints = new Hints(sql, logger);
  const mirrors = new Mirrors(mirrorsFolder);
  const objects = fileObjects(join(config.sharedFolder, 'objects'));
  const streams = new StoredStreams(sql, objects);
  const revocations = new Revocations();
  const admission = new Admission(sql, hints, logger);
  const { leaseMs } = config;
  const fair = config.fairness === 'owner';
  const work = new WorkLoop({ sql, hints, logger }, [
    resolutionKind({ database, sql, hints, mirrors, logger, fair, leaseMs }),
  ]);
  const host =
    config.repositoriesFolder === undefined
      ? undefined
      : codeHostKinds['directory']?.open(config.repositoriesFolder, {});
  const scans =
    host === undefined ? undefined : new Scans({ database, sql, databaseUrl, mirrors, host, logger });

  await hints.start();
  const ending = new AbortController();
  const { signal } = ending;
  const background = [
    runJanitor({ sql, hints, config, logger, admission }, signal),
    admission.run(config.janitorMs, signal),
    work.run(signal),
    sealLogs({ sql, hints, logger }, signal),
    keepHouse({ sql, databaseUrl, objects, mirrors, hints, config, logger }, signal),
    revocations.enforce(database, hints, logger, signal),
    ...(scans === undefined ? [] : [scanRegularly(scans, config.syncMs, logger, signal)]),
  ];
  for (const loop of background) loop.catch(onFailure);

  return {
    config,
    logger,
    database,
    sql,
    hints,
    mirrors,
    logs: new LogStore(sql, streams, hints),
    streams,
    changeFeed: new ChangeFeed(sql, hints, config.leaseMs),
    definitions: new Definitions(sql),
    claims: batchClaims({ sql: hot, config }),
    ends: batchEnds(hot),
    finishes: new OneAtATime(),
    admission,
    work,
    revocations,
    pairingDesk: new PairingDesk(sql),
    strangers: new Strangers(),
    syncRepositories: async (stop) => (await scans?.scan(stop)) ?? { repositories: 0, changed: 0 },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.allSettled(background);
      hints[Symbol.dispose]();
      await connections[Symbol.asyncDispose]();
    },
  };
}
