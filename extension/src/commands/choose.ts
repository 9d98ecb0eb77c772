import { FlotillaError } from '@flotilla/shared/errors';
import { CancellationError, window } from 'vscode';

/** One thing of several; cancelled without a choice. `nothing` is what is said where there is none. */
export async function choose<T>(
  items: readonly { readonly label: string; readonly description: string; readonly value: T }[],
  placeHolder: string,
  nothing: string,
): Promise<T> {
  if (items.length === 0) throw new FlotillaError('notFound', nothing);
  const chosen = await window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  if (chosen === undefined) throw new CancellationError();
  return chosen.value;
}
