/** A signal that aborts when a time is over, or when the one who waits leaves. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
  /** Whether the time was over before the one who waits left. */
  readonly isOver: () => boolean;
}

/** Begins a time of so many milliseconds; disposing ends it. */
export function timeLimit(ms: number, leaving?: AbortSignal): TimeLimit {
  const ending = new AbortController();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = !ending.signal.aborted;
    ending.abort(new Error(`it took longer than ${ms / 1000} s`));
  }, ms);
  const leave = () => ending.abort(leaving?.reason);
  if (leaving?.aborted) leave();
  leaving?.addEventListener('abort', leave, { once: true });
  return {
    signal: ending.signal,
    isOver: () => isOver,
    [Symbol.dispose]() {
      clearTimeout(timer);
      leaving?.removeEventListener('abort', leave);
    },
  };
}
