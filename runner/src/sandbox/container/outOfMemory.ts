import type Docker from 'dockerode';

/** Exit code of a program that SIGKILL ended; the kernel's memory killer sends it. */
const killedExitCode = 137;
/** The engine hears of the kernel's killing by another way than of the exit, and at most so much later. */
const lateMs = 1000;

export interface EndedContainer {
  readonly info: Docker.ContainerInspectInfo;
  /** How long ago this process saw its end, in milliseconds. */
  readonly endedForMs: number;
  readonly stoppedByUs: boolean;
  readonly signal: AbortSignal;
}

/**
 * Whether the kernel killed a process of an ended container for want of memory. The engine's own `OOMKilled` stays
 * false when it hears of the exit first (seen in 1 of 72 and 1 of 60 on a busy machine, Docker 20.10); its event log has
 * it then. For a program that was killed, and not by us, that is waited for: it takes a second. For any other it is looked
 * up as it is now: a program that outlives what was killed ends later, and a call costs a few milliseconds.
 */
export async function ranOutOfMemory(docker: Docker, ended: EndedContainer): Promise<boolean> {
  const { OOMKilled, ExitCode } = ended.info.State;
  if (OOMKilled) return true;
  if (ended.stoppedByUs) return false;
  const afterMs = ExitCode === killedExitCode ? lateMs : Math.min(ended.endedForMs, lateMs);
  const events = (await docker.getEvents({
    ...lifeOf(ended.info.State, afterMs),
    filters: { container: [ended.info.Id], event: ['oom'] },
    abortSignal: ended.signal,
  })) as AsyncIterable<Buffer>;
  for await (const _event of events) return true;
  return false;
}

/**
 * From when to when a container lived, and so many milliseconds more, in seconds of the engine's clock, so that it does not
 * matter what this machine's is. Of a short life the engine may write down the start after the end, and it refuses events
 * that are asked for backwards.
 */
export function lifeOf(
  { StartedAt, FinishedAt }: Pick<Docker.ContainerInspectInfo['State'], 'StartedAt' | 'FinishedAt'>,
  afterMs: number,
): { since: number; until: number } {
  const times = [Date.parse(StartedAt), Date.parse(FinishedAt)];
  return { since: Math.min(...times) / 1000, until: (Math.max(...times) + afterMs) / 1000 };
}
