import { FlotillaError } from '@flotilla/shared/errors';
import { CancellationError } from 'vscode';
import { pickOne, type Choice } from '../platform/inputs.ts';

/** One thing of several; cancelled without a choice. `nothing` is what is said where there is none. */
export async function choose<T>(
  items: readonly Choice<T>[],
  placeHolder: string,
  nothing: string,
): Promise<T> {
  if (items.length === 0) throw new FlotillaError('notFound', nothing);
  const chosen = await pickOne(items, { placeHolder });
  if (chosen === undefined) throw new CancellationError();
  return chosen;
}
