import { CancellationError, ProgressLocation, window, type Progress } from 'vscode';
import { shownText } from './shownText.ts';

/** What is over sooner shows nothing: a notification that flashes up only disturbs. */
const patienceMs = 700;

/**
 * Does something that can take a while. When it does, a notification says so and can cancel it. The signal reaches the
 * service; what was cancelled ends as a CancellationError.
 */
export async function withCancellableProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  const ending = new AbortController();
  let latest = '';
  let shown: Progress<{ message: string }> | undefined;
  const working = work(ending.signal, (message) => {
    latest = shownText('toast', message);
    shown?.report({ message: latest });
  });
  const isOver = working.then(
    () => true,
    () => true,
  );
  if (!(await Promise.race([isOver, patience()]))) {
    await window.withProgress(
      { location: ProgressLocation.Notification, title: shownText('toast', title), cancellable: true },
      async (progress, token) => {
        shown = progress;
        progress.report({ message: latest });
        const listener = token.onCancellationRequested(() => ending.abort());
        await isOver;
        listener.dispose();
      },
    );
  }
  try {
    return await working;
  } catch (error) {
    throw ending.signal.aborted ? new CancellationError() : error;
  }
}

function patience(): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), patienceMs));
}
