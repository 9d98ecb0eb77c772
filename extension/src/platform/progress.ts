import { CancellationError, ProgressLocation, window } from 'vscode';

/**
 * Does something that takes a while, with a cancellable notification. The signal reaches the service; what was
 * cancelled ends as a CancellationError.
 */
export async function withCancellableProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const ending = new AbortController();
      const listener = token.onCancellationRequested(() => ending.abort());
      try {
        return await work(ending.signal, (message) => progress.report({ message }));
      } catch (error) {
        throw token.isCancellationRequested ? new CancellationError() : error;
      } finally {
        listener.dispose();
      }
    },
  );
}
