import { join } from 'node:path';
import { messageOf } from '@flotilla/shared/errors';
import { descriptors } from '@flotilla/shared/logs/frame';
import { AttemptLog } from '../../logs/attemptLog.ts';
import { Continuation } from '../../logs/continuation.ts';
import { Mask } from '../../logs/mask.ts';
import { recoverSpool, type RecoveredSpool } from '../../logs/recoverSpool.ts';
import { Spool } from '../../logs/spool.ts';
import { leftContainers, type LeftContainer } from '../../sandbox/container/leftContainers.ts';
import { attemptsFolder, spoolPath } from '../../sandbox/folders/attemptFolder.ts';
import type { JobContext } from '../attempt/attempt.ts';
import type { SpoolNotes } from '../attempt/spoolNotes.ts';

/**
 * Ends the containers of an Attempt whose process was killed, and adds to its spool what they wrote that the process had
 * not read. Needs no service. An engine that does not answer is said in the runner's log, and the spool stays as it is.
 */
export async function bringInRest(context: JobContext, notes: SpoolNotes): Promise<Spool> {
  const { docker, config, logger } = context;
  const { attemptId, logLimitBytes } = notes;
  const path = spoolPath(join(attemptsFolder(config.stateFolder), String(attemptId)));
  const recovered = await recoverSpool(path);
  const spool = new Spool(path, recovered.length);
  const sink = {
    write: (...pieces: readonly Uint8Array[]) => spool.append(...pieces),
    get failure() {
      return spool.failure;
    },
  };
  // What is written here is masked already.
  const log = new AttemptLog(sink, logLimitBytes, new Mask([]), recovered.length);
  try {
    const mask = new Mask(notes.secrets);
    for (const container of await leftContainers(docker, config.stateFolder, attemptId)) {
      await bringInContainer(container, log, mask, recovered);
    }
  } catch (error) {
    logger.warn(
      { attemptId, reason: messageOf(error) },
      'not all that a container wrote could be brought in',
    );
  }
  await log.end('The runner was killed while this Attempt ran, so it is lost; this is all that it wrote.');
  return spool;
}

async function bringInContainer(
  container: LeftContainer,
  log: AttemptLog,
  mask: Mask,
  recovered: RecoveredSpool,
): Promise<void> {
  const { step } = container;
  const streams = [descriptors.stdout, descriptors.stderr].map((descriptor) => ({
    descriptor,
    continuation: new Continuation(mask, recovered.streamOf(step, descriptor)),
  }));
  for await (const { descriptor, data } of container.output()) {
    const stream = streams.find((one) => one.descriptor === descriptor);
    if (stream !== undefined) await log.write(step, descriptor, stream.continuation.push(data));
  }
  for (const { descriptor, continuation } of streams) await log.write(step, descriptor, continuation.end());
  await log.endStep(step);
  if (streams.some(({ continuation }) => continuation.differs)) {
    await log.notice(
      'The Docker Engine has dropped the beginning of what this Step wrote, so its end is missing here',
      step,
    );
  }
}
