import { sleep } from '@flotilla/launcher/sleep';
import type Docker from 'dockerode';
import { hasStatus } from '../engine/engineStatus.ts';

/** Between two calls, in milliseconds, where another one is needed (docs/spec/sandbox.md). */
const againMs = 1000;
/**
 * The same for one that has just started: for a moment its init ignores a signal, between its start and the point from
 * which it passes signals on.
 */
const againAtFirstMs = 100;
const justStartedMs = 1000;
/** What the engine has for its own kill after the grace, before the container is removed by force (invariant I9). */
const killMs = 2000;
/** How long it is asked to remove it; then nobody waits for it any more. */
const removeMs = 10_000;

export interface Stop {
  readonly container: Docker.Container;
  /** Between the first signal and the kill. */
  readonly graceMs: number;
  /** How long ago it started; undefined before. */
  readonly runsForMs: () => number | undefined;
  /** Aborts when the container has ended, or the engine can no longer say it: there is nothing more to ask for. */
  readonly exited: AbortSignal;
  /** Aborts when all that the container wrote was read. */
  readonly ended: AbortSignal;
  /** Removes it, whatever its state. */
  readonly remove: () => Promise<void>;
  /** Called with each call that failed; it is made again. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Stops a container, for as long as it takes: a signal, the engine's kill after the grace, then removals by force. An
 * engine may fail at each of them, and then is asked again. The signal is sent again only where it may have been lost: to
 * many programs a second one means "at once". Returns whether it has ended, and its output too; false comes
 * {@link killMs} and {@link removeMs} after the grace. Never rejects.
 */
export async function stopContainer(stop: Stop): Promise<boolean> {
  const { graceMs, runsForMs, exited, ended, onFailure } = stop;
  const began = performance.now();
  const leftMs = (ms: number) => Math.max(0, began + ms - performance.now());
  const forceAtMs = graceMs + killMs;
  const giveUpAtMs = forceAtMs + removeMs;
  let mayBeLost = true;
  while (leftMs(forceAtMs) > 0 && !exited.aborted) {
    const age = runsForMs();
    if (mayBeLost) {
      mayBeLost = age === undefined || age < justStartedMs;
      // Nobody waits for the answer: it comes with the container's end.
      signalOnce(stop, leftMs(graceMs)).catch((error: unknown) => {
        mayBeLost = true;
        onFailure(error);
      });
    }
    const pauseMs = age !== undefined && age < justStartedMs ? againAtFirstMs : againMs;
    await sleep(Math.min(pauseMs, leftMs(forceAtMs)), exited);
  }
  while (leftMs(giveUpAtMs) > 0 && !exited.aborted) {
    stop.remove().catch(onFailure);
    await sleep(Math.min(againMs, leftMs(giveUpAtMs)), exited);
  }
  await sleep(leftMs(giveUpAtMs), ended);
  return exited.aborted && ended.aborted;
}

/** The engine's own stop: the image's signal, and a kill once the time that is left is over. */
async function signalOnce({ container, exited }: Stop, leftMs: number): Promise<void> {
  try {
    const abortSignal = AbortSignal.any([exited, AbortSignal.timeout(Math.ceil(leftMs) + killMs)]);
    await container.stop({ t: Math.ceil(leftMs / 1000), abortSignal });
  } catch (error) {
    if (!exited.aborted) ignoreGone(error);
  }
}

/** 404: it is gone; 304: it does not run; 409: its removal is under way. What was wanted is so. */
export function ignoreGone(error: unknown): void {
  if (!hasStatus(error, 304, 404, 409)) throw error;
}
