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
  const { OOMKilled, ExitCode, StartedAt, FinishedAt } = ended.info.State;
  if (OOMKilled) return true;
  if (ended.stoppedByUs) return false;
  const afterMs = ExitCode === killedExitCode ? lateMs : Math.min(ended.endedForMs, lateMs);
  // All by the engine's clock, so that it does not matter what this machine's is.
  const events = (await docker.getEvents({
    since: Date.parse(StartedAt) / 1000,
    until: (Date.parse(FinishedAt) + afterMs) / 1000,
    filters: { container: [ended.info.Id], event: ['oom'] },
    abortSignal: ended.signal,
  })) as AsyncIterable<Buffer>;
  for await (const _event of events) return true;
  return false;
}
