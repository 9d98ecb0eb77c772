/** The person pressed Ctrl-C, or asked the process to end. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
  }
}

/** npm passes Ctrl-C on to a program that the terminal has told already: what comes this soon is the same one. */
const sameMs = 500;

export interface Interruption extends Disposable {
  /** Aborted, with an Interrupted as its reason, when the person wants the program to end. */
  readonly signal: AbortSignal;
}

/** Listens for Ctrl-C and for requests to end; `onAgain` is called when the person asks once more. */
export function listenForInterruption(onFirst: () => void, onAgain: () => void): Interruption {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let last = -Infinity;
  const onSignal = () => {
    const now = performance.now();
    const same = now - last < sameMs;
    last = now;
    if (same) return;
    if (controller.signal.aborted) onAgain();
    else {
      onFirst();
      controller.abort(new Interrupted());
    }
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}

/** What the promise brings, or the signal's reason when it aborts before. The promise itself is not stopped. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
