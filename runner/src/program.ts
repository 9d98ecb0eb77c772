import { readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from '@flotilla/launcher/lockFolder';
import { sleep } from '@flotilla/launcher/sleep';
import { messageOf } from '@flotilla/shared/errors';
import pino, { type Logger } from 'pino';
import { readConfig, runnerName, type Config } from './config.ts';
import { ObjectCache } from './git/objectCache.ts';
import { LeftBehind } from './jobs/leftBehind/leftBehind.ts';
import { runJob } from './jobs/runJob.ts';
import { DiskShortage } from './sandbox/disk/diskShortage.ts';
import { dockerEngine } from './sandbox/engine/engine.ts';
import { labelsOf } from './sandbox/engine/labels.ts';
import { MachineHealth } from './sandbox/engine/machineHealth.ts';
import { AttemptDisks } from './sandbox/folders/attemptDisks.ts';
import { removeAttemptFolder } from './sandbox/folders/attemptFolder.ts';
import { CacheFolders } from './sandbox/folders/cacheFolders.ts';
import { disarmFolder } from './sandbox/folders/disarmFolder.ts';
import { removeLeftovers, type LeftoversContext } from './sandbox/folders/removeLeftovers.ts';
import { RefusedError } from './session/life.ts';
import { runSession } from './session/session.ts';
import { whenAborted, withTimeout } from './session/waits.ts';

/** Between two looks for containers that were left behind (docs/spec/runnerProtocol.md). */
const leftoversMs = 60_000;
/** How long one that is under way may take to end with the runner. */
const cleaningMs = 10_000;
/** How long a runner may take to give back what it has; the next process goes on with what is left. */
const stopMs = 90_000;

/** The runner as a program: until SIGTERM or SIGINT. Returns the exit code. */
export async function runProgram(): Promise<number> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    process.stderr.write(`The runner cannot start:\n${messageOf(error)}\n`);
    return 1;
  }
  const logger = pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: true }));
  try {
    await using _lock = await lockFolder({
      folder: config.stateFolder,
      file: 'lock',
      holder: 'runner',
      setting: 'FLOTILLA_RUNNER_STATE',
    });
    // Users of containers read the work tree whatever the mask was that this was started with; other users of the machine
    // do not get through the state folder.
    process.umask(0o022);
    await work(config, logger);
    return 0;
  } catch (error) {
    if (!(error instanceof RefusedError)) logger.debug({ err: error }, 'the runner stops');
    process.stderr.write(`The runner stops: ${messageOf(error)}\n`);
    return 1;
  }
}

async function work(config: Config, logger: Logger): Promise<void> {
  const name = await runnerName(config);
  const docker = dockerEngine();
  const ended = new AbortController();
  const { drain, stop } = stopSignals(config.drainSeconds, logger);
  const live = new Set<number>();
  const objects = new ObjectCache(join(config.stateFolder, 'objects'), config.objectCacheBytes, logger);
  const helper = { config, labels: labelsOf({ runnerName: name, stateFolder: config.stateFolder }) };
  const caches = new CacheFolders({
    folder: join(config.stateFolder, 'caches'),
    limitBytes: config.cacheDirsBytes,
    remove: (path) => removeAttemptFolder(docker, path, helper),
    disarm: (path, image) => disarmFolder(docker, path, { ...helper, image }),
    logger,
  });
  const disks = new AttemptDisks(docker, config, logger);
  const shortage = new DiskShortage(config);
  await disks.find();
  const context = { docker, config, runnerName: name, logger, objects, caches, disks, shortage };
  const leftBehind = await LeftBehind.find(context);
  const isLive = (attemptId: number) => live.has(attemptId) || leftBehind.has(attemptId);
  const leftovers = { ...context, isLive, signal: ended.signal };
  const cleaning = cleanUpRegularly(leftovers, caches, leftBehind);
  try {
    const session = runSession(
      {
        serverUrl: config.serverUrl,
        token: config.token,
        name,
        version: programVersion(),
        labels: config.labels,
        capacity: config.capacity,
        // The engine may come later than this runner.
        get description() {
          return describeMachine(disks.areEnforced);
        },
        logger,
        health: new MachineHealth(config, logger),
        async runJob(job, lease, session, place) {
          live.add(job.attemptId);
          const left = await runJob(context, job, lease, session, place);
          // What is kept is the next process's.
          if (left === 'gone') live.delete(job.attemptId);
        },
        leftBehind: {
          leases: leftBehind.leases,
          async salvage(lease, session) {
            await leftBehind.salvage(lease, session);
            await cleanUp(leftovers);
            if (leftBehind.isDone) await caches.disarmLeft();
          },
        },
      },
      drain,
      stop,
    );
    await Promise.race([session, overdue(stop, ended.signal)]);
  } finally {
    ended.abort();
    await withTimeout(cleaning, cleaningMs).catch((error: unknown) =>
      logger.warn({ reason: messageOf(error) }, 'the look for leftovers is left to the next process'),
    );
  }
}

/** Rejects when a runner that gives back what it has does not get it done, because something of the machine hangs. */
async function overdue(stop: AbortSignal, ended: AbortSignal): Promise<void> {
  await Promise.race([whenAborted(stop), whenAborted(ended)]);
  if (await sleep(stopMs, ended)) {
    throw new Error(`it could not give back what it had within ${stopMs / 1000} s; its next process does`);
  }
}

/** The first signal drains; the second one, or the end of the drain time, gives back what is running. */
function stopSignals(drainSeconds: number, logger: Logger): { drain: AbortSignal; stop: AbortSignal } {
  const drain = new AbortController();
  const stop = new AbortController();
  const onSignal = () => {
    if (drain.signal.aborted) stop.abort();
    else {
      logger.info({ drainSeconds }, 'finishing what is running; another signal gives it back at once');
      drain.abort();
      setTimeout(() => stop.abort(), drainSeconds * 1000).unref();
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return { drain: drain.signal, stop: stop.signal };
}

async function cleanUpRegularly(
  context: LeftoversContext,
  caches: CacheFolders,
  leftBehind: LeftBehind,
): Promise<void> {
  do {
    await cleanUp(context);
    if (leftBehind.isDone) await caches.disarmLeft();
    await makeRoom(caches, context.logger);
  } while (await sleep(leftoversMs, context.signal));
}

async function makeRoom(caches: CacheFolders, logger: LeftoversContext['logger']): Promise<void> {
  try {
    await caches.makeRoom();
  } catch (error) {
    logger.warn({ reason: messageOf(error) }, 'could not make room in the folders that Steps keep');
  }
}

async function cleanUp(context: LeftoversContext): Promise<void> {
  try {
    await removeLeftovers(context);
  } catch (error) {
    if (!context.signal.aborted)
      context.logger.warn({ reason: messageOf(error) }, 'could not look for leftover containers');
  }
}

/** What people see of it beside its name. */
function describeMachine(hasDiskQuota: boolean): string {
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  const disk = hasDiskQuota ? 'disk limit enforced' : 'disk use polled';
  return `Linux ${release()} ${arch()}, ${cpus().length} CPU, ${memoryGib} GB RAM, ${disk}`;
}

function programVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
