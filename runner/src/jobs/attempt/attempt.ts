import { join } from 'node:path';
import type { ClaimedStep } from '@flotilla/shared/definition/stepDefinition';
import { messageOf } from '@flotilla/shared/errors';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { LeaseRef } from '@flotilla/shared/protocol/leaseRef';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { Config, ContainerLimits } from '../../config.ts';
import type { Ending } from '../../endings/ending.ts';
import { stopCauseOf } from '../../endings/stopCause.ts';
import type { ObjectCache } from '../../git/objectCache.ts';
import { AttemptLog } from '../../logs/attemptLog.ts';
import { Mask } from '../../logs/mask.ts';
import { Spool } from '../../logs/spool.ts';
import { SpooledLog } from '../../logs/spooledLog.ts';
import type { DiskShortage } from '../../sandbox/disk/diskShortage.ts';
import { labelsOf } from '../../sandbox/engine/labels.ts';
import type { AttemptDisks } from '../../sandbox/folders/attemptDisks.ts';
import { attemptsFolder, spoolPath } from '../../sandbox/folders/attemptFolder.ts';
import type { CacheFolders } from '../../sandbox/folders/cacheFolders.ts';
import type { Lease } from '../../session/lease.ts';
import type { RunningSession } from '../../session/runningSession.ts';
import { untilAnswered } from '../../session/untilAnswered.ts';
import { AttemptContainers } from './attemptContainers.ts';
import { AttemptDisk } from './attemptDisk.ts';
import { Phases } from './phases.ts';
import { removeNotes, writeNotes } from './spoolNotes.ts';
import { StepTracker } from './stepTracker.ts';

/** Above this a timer of Node's fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** What all Attempts of a runner share. */
export interface JobContext {
  readonly docker: Docker;
  readonly config: Config;
  readonly runnerName: string;
  readonly logger: Logger;
  readonly objects: ObjectCache;
  readonly caches: CacheFolders;
  readonly disks: AttemptDisks;
  readonly shortage: DiskShortage;
}

/** One try of a Job on this machine: what its parts need of each other. */
export class Attempt {
  readonly context: JobContext;
  readonly job: ClaimedJob;
  readonly lease: Lease;
  readonly session: RunningSession;
  readonly logger: Logger;
  /** Holds the work tree and all else of this Attempt; goes away with it. */
  readonly folder: string;
  readonly mask: Mask;
  readonly upload: SpooledLog;
  readonly log: AttemptLog;
  readonly steps: StepTracker;
  readonly phases = new Phases();
  readonly containers: AttemptContainers;
  /** Of each container: what the Action asks for, and at most what this runner grants. */
  readonly limits: ContainerLimits;
  readonly disk: AttemptDisk;
  #noted: Promise<void> = Promise.resolve();
  readonly #used = new DisposableStack();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: JobContext, job: ClaimedJob, lease: Lease, session: RunningSession) {
    this.context = context;
    this.job = job;
    this.lease = lease;
    this.session = session;
    this.logger = context.logger.child({
      attemptId: job.attemptId,
      jobId: job.jobId,
      codeHost: job.codeHost,
      repository: job.repository,
    });
    this.folder = join(attemptsFolder(context.config.stateFolder), String(job.attemptId));
    this.mask = new Mask([...context.config.masked, ...lease.tokens, context.config.token]);
    const spool = new Spool(spoolPath(this.folder));
    spool.onFailure = () => removeNotes(this.folder);
    this.upload = new SpooledLog(context.config.serverUrl, lease, spool);
    this.log = new AttemptLog(this.upload, session.hello.limits.logBytes, this.mask);
    lease.onRenewed(() => {
      this.mask.add(lease.token);
      void this.note();
    });
    this.containers = new AttemptContainers(context.docker, this.logger);
    const { limits, diskBytes } = context.config;
    const asked = job.resources;
    this.limits = {
      memoryBytes: atMost(limits.memoryBytes, asked.memoryBytes),
      cpus: atMost(limits.cpus, asked.cpus),
      processes: atMost(limits.processes, asked.processes),
    };
    const diskLimit = atMost(diskBytes, asked.diskBytes);
    this.disk = new AttemptDisk(context.docker, context.disks, this.folder, diskLimit);
    this.steps = new StepTracker(job.steps, (steps) =>
      // The container does not wait for it. It is asked until it is heard: an Attempt whose Steps have ended in time has
      // longer to hand in its log and its Patch.
      untilAnswered(lease, lease.signal, (ref) =>
        session.service.progress(ref, steps, this.phases.all),
      ).catch((error: unknown) => this.logger.debug({ err: error }, 'progress was not reported')),
    );
  }

  get leaseRef(): LeaseRef {
    return { attemptId: this.lease.attemptId, leaseToken: this.lease.token };
  }

  /**
   * Notes what the next process needs, should this one be killed, before anything of the Attempt is worth keeping and
   * each time its token changes. Without notes the Attempt is only lost sooner.
   */
  async note(): Promise<void> {
    const { attemptId } = this.job;
    const logLimitBytes = this.session.hello.limits.logBytes;
    const write = async () => {
      if (this.upload.spool.failure !== undefined) return;
      const { token: leaseToken } = this.lease;
      await writeNotes(this.folder, {
        attemptId,
        leaseToken,
        secrets: [...this.mask.secrets],
        logLimitBytes,
      });
    };
    this.#noted = this.#noted.then(write).catch((error: unknown) => {
      this.logger.warn({ reason: messageOf(error) }, 'an attempt could not be noted for the case of a crash');
    });
    await this.#noted;
  }

  /** Labels of a container of this Attempt; without a Step those of a helper. */
  labels(step?: number): Record<string, string> {
    return labelsOf({
      runnerName: this.context.runnerName,
      stateFolder: this.context.config.stateFolder,
      attemptId: this.job.attemptId,
      jobId: this.job.jobId,
      ...(step === undefined ? {} : { step }),
    });
  }

  /** The Job's Step at an index. */
  step(index: number): ClaimedStep {
    const step = this.job.steps[index];
    if (step === undefined) throw new Error(`a Job of ${this.job.steps.length} Steps has none at ${index}`);
    return step;
  }

  /** Whether a Step of it was started: without one its log says nothing that another Attempt would not. */
  get hasBegun(): boolean {
    return this.steps.steps.some(({ state }) => state !== 'pending');
  }

  /** From now on the Attempt may take as long as its Job may; an earlier time is forgotten. */
  startTime(): void {
    clearTimeout(this.#timer);
    const timeoutMs = Math.min(this.job.timeoutSeconds * 1000, longestTimerMs);
    this.#timer = setTimeout(() => this.lease.stop('timedOut'), timeoutMs);
  }

  /** Keeps something to the end of the Attempt. */
  use<T extends Disposable>(resource: T): T {
    return this.#used.use(resource);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.context.shortage.forget(this.job.attemptId);
    // What a container may still write to, or read, is nobody else's as long as this process lives.
    if (this.containers.areGone) this.#used.dispose();
  }

  /** How the Attempt ends when it was told to stop; undefined while it was not. */
  stopped(): Ending | undefined {
    const step = this.steps.running;
    const cause = stopCauseOf(this.lease.stopSignal);
    switch (cause) {
      case undefined:
        return undefined;
      case 'timedOut': {
        const seconds = this.job.timeoutSeconds;
        return { kind: 'ended', outcome: { kind: 'timedOut', step, seconds, limit: 'job' } };
      }
      case 'cancelled':
        return { kind: 'ended', outcome: { kind: 'cancelled', step } };
      case 'fenced':
      case 'released':
        return { kind: cause };
    }
  }
}

function atMost(limit: number, asked: number | null): number {
  return Math.min(limit, asked ?? limit);
}
