import { messageOf } from '@flotilla/shared/errors';
import { CancellationError, l10n, window } from 'vscode';
import type { Log } from './log.ts';

/** How many characters of a sentence fit into a toast; the log has the whole. */
const shownCharacters = 400;

/** Shows an error as a short sentence and writes all of it to the log. A cancellation is no error. */
export async function handleError(log: Log, error: unknown): Promise<void> {
  if (error instanceof CancellationError) return;
  log.error(describeError(error));
  const sentence = messageOf(error);
  const short =
    sentence.length > shownCharacters ? `${sentence.slice(0, shownCharacters).trimEnd()}…` : sentence;
  const showLog = l10n.t('Show Log');
  const choice = await window.showErrorMessage(short, showLog);
  if (choice === showLog) log.show();
}

/** An error with its stack and its causes. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${describeError(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
