import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { PairingDesk } from './auth/pairingDesk.ts';
import { Revocations } from './auth/revocations.ts';
import { everybodyReadsAll, type RightsOf } from './auth/rights.ts';
import { Strangers } from './auth/strangers.ts';
import type { CodeHostKind } from './codeHosts/codeHost.ts';
import { driftStep } from './campaigns/driftStep.ts';
import { reconcileKind } from './changesets/reconcileKind.ts';
import { codeHostKinds } from './codeHosts/kinds.ts';
import { takeFolders } from './codeHosts/takeFolders.ts';
import type { Config } from './config.ts';
import { connect, type Database, type Sql } from './db/database.ts';
import { Hints } from './db/hints.ts';
import { migrate } from './db/migrate.ts';
import { ChangeFeed } from './feed/changeFeed.ts';
import { loadTopics, type Topics } from './feed/topics.ts';
import { Definitions } from './executions/definitions.ts';
import { resolutionKind } from './executions/resolutionKind.ts';
import { Settlement } from './executions/settlement/settlement.ts';
import { settlementKind } from './executions/settlement/settlementKind.ts';
import { Admission } from './jobs/admission.ts';
import { batchClaims, type Claims } from './jobs/claim.ts';
import { batchEnds, type Ends } from './jobs/finish.ts';
import { runJanitor } from './jobs/janitor.ts';
import { keepHouse } from './housekeeping/keepHouse.ts';
import { LogStore } from './logs/logStore.ts';
import { sealLogs } from './logs/sealLogs.ts';
import { StoredStreams } from './logs/storedStreams.ts';
import { fileObjects } from './objects/fileObjects.ts';
import { planStep } from './plans/planStep.ts';
import { Mirrors } from './repositories/mirrors.ts';
import { ScannedHosts } from './repositories/scannedHosts.ts';
import { OneAtATime } from './oneAtATime.ts';
import { openSecrets } from './secrets/openSecrets.ts';
import type { SecretStore } from './secrets/secretStore.ts';
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
  /** The kinds of rows that editors hold live. */
  readonly topics: Topics;
  readonly changeFeed: ChangeFeed;
  readonly definitions: Definitions;
  readonly claims: Claims;
  readonly ends: Ends;
  readonly finishes: OneAtATime<number>;
  readonly admission: Admission;
  readonly settlement: Settlement;
  readonly work: WorkLoop;
  readonly revocations: Revocations;
  readonly pairingDesk: PairingDesk;
  readonly strangers: Strangers;
  readonly codeHosts: ScannedHosts;
  /** The kinds of code hosts. */
  readonly kinds: Readonly<Record<string, CodeHostKind>>;
  readonly rightsOf: RightsOf;
  readonly secrets: SecretStore;
}

/** What a test may have otherwise. */
export interface ServiceParts {
  /** The kinds of code hosts. */
  readonly kinds?: Readonly<Record<string, CodeHostKind>>;
  /** How long who asks for a scan waits while it gets nowhere, in milliseconds. */
  readonly scanPatienceMs?: number;
  /** Who may read what. */
  readonly rightsOf?: RightsOf;
}

/** As long as a fetch has that is to be quick: whatever takes longer is waited for by nobody. */
const standardPatienceMs = 30_000;

/**
 * Opens a replica of the service on a database: migrates it, starts the background work (janitor, sealing,
 * revocations, scans of code hosts) and stops it when disposed. `onFailure` gets what ends a background loop,
 * which is a bug.
 */
export async function openService(
  config: Config,
  databaseUrl: string,
  logger: Logger,
  onFailure: (error: unknown) => void,
  {
    kinds = codeHostKinds,
    scanPatienceMs = standardPatienceMs,
    rightsOf = everybodyReadsAll,
  }: ServiceParts = {},
): Promise<Service> {
  await migrate(databaseUrl);
  const mirrorsFolder = join(config.sharedFolder, 'mirrors');
  await mkdir(mirrorsFolder, { recursive: true });
  await using resources = new AsyncDisposableStack();
  const connections = resources.use(connect(databaseUrl, { statementMs: config.statementMs }));
  const { database, sql, hot } = connections;
  const hints = resources.use(new Hints(sql, logger));
  const mirrors = new Mirrors(mirrorsFolder);
  const objects = fileObjects(join(config.sharedFolder, 'objects'));
  const streams = new StoredStreams(sql, objects);
  const revocations = new Revocations();
  const admission = await Admission.open(sql, hints, logger);
  const settlement = new Settlement(hot, hints, logger);
  const { leaseMs } = config;
  const fair = config.fairness === 'owner';
  const secrets = await openSecrets(sql, config.secretKeys);
  const codeHosts = resources.use(
    new ScannedHosts({
      secrets,
      database,
      sql,
      databaseUrl,
      hints,
      mirrors,
      kinds,
      logger,
      everyMs: config.syncMs,
      patienceMs: scanPatienceMs,
    }),
  );
  const work = new WorkLoop({ sql, hints, logger }, [
    resolutionKind({ database, sql, hints, mirrors, settlement, logger, fair, leaseMs, rightsOf }),
    settlementKind({ sql, hints, logger }, [planStep(mirrors), driftStep], leaseMs),
    reconcileKind(
      { sql, hints, mirrors, hosts: codeHosts, gates: config.gates, everyMs: config.syncMs },
      leaseMs,
    ),
  ]);

  const topics = await loadTopics();
  await hints.start();
  await takeFolders({ database, sql, databaseUrl, hints }, config.repositories);
  await codeHosts.takeUp();
  const ending = new AbortController();
  const { signal } = ending;
  const background = [
    runJanitor({ sql, hints, config, logger, admission, settlement }, signal),
    admission.run(config.janitorMs, signal),
    settlement.run(config.janitorMs, signal),
    work.run(signal),
    sealLogs({ sql, hints, logger }, signal),
    keepHouse({ sql, databaseUrl, objects, mirrors, hints, config, logger }, signal),
    revocations.enforce(database, hints, logger, signal),
    codeHosts.run(signal),
  ];
  for (const loop of background) loop.catch(onFailure);
  resources.defer(async () => {
    ending.abort();
    await Promise.allSettled(background);
  });

  const owned = resources.move();
  return {
    config,
    logger,
    database,
    sql,
    hints,
    mirrors,
    logs: new LogStore(sql, streams, hints),
    streams,
    topics,
    changeFeed: new ChangeFeed({ sql, hints, topics, leaseMs: config.leaseMs }),
    definitions: new Definitions(sql),
    claims: batchClaims({ sql: hot, config }),
    ends: batchEnds({ sql: hot, admission, settlement }),
    finishes: new OneAtATime(),
    admission,
    settlement,
    work,
    revocations,
    pairingDesk: new PairingDesk(sql),
    strangers: new Strangers(),
    secrets,
    rightsOf,
    codeHosts,
    kinds,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
