import type Docker from 'dockerode';

/** Exit code of a program that SIGKILL ended; the kernel's memory killer sends it. */
const killedExitCode = 137;
/** The engine hears of the kernel's killing by another way than of the exit, and at most so much later. */
const lateMs = 1000;

/**
 * Whether the kernel killed a process of an ended container for want of memory. The engine's own `OOMKilled` stays
 * false when it hears of the exit first (seen in 1 of 72 on a busy machine, Docker 20.10); its event log has it then.
 * Looked up only for a program that was killed, and not by us: it takes a second.
 */
export async function ranOutOfMemory(
  docker: Docker,
  container: Docker.ContainerInspectInfo,
  stoppedByUs: boolean,
): Promise<boolean> {
  const { OOMKilled, ExitCode, StartedAt, FinishedAt } = container.State;
  if (OOMKilled) return true;
  if (ExitCode !== killedExitCode || stoppedByUs) return false;
  // Both by the engine's clock, so that it does not matter what this machine's is.
  const events = (await docker.getEvents({
    since: Date.parse(StartedAt) / 1000,
    until: (Date.parse(FinishedAt) + lateMs) / 1000,
    filters: { container: [container.Id], event: ['oom'] },
  })) as AsyncIterable<Buffer>;
  for await (const _event of events) return true;
  return false;
}
