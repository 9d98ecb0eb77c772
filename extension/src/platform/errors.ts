import { messageOf } from '@flotilla/shared/errors';
import { CancellationError, l10n } from 'vscode';
import type { Log } from './log.ts';
import { tell } from './messages.ts';

/** Shows an error as a short sentence and writes all of it to the log. A cancellation is no error. */
export async function handleError(log: Log, error: unknown): Promise<void> {
  if (error instanceof CancellationError) return;
  log.error(describeError(error));
  const showLog = l10n.t('Show Log');
  if ((await tell('error', messageOf(error), showLog)) === showLog) log.show();
}

/** An error with its stack and its causes. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${describeError(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
