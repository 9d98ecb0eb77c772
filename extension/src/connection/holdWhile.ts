import { onDispose, type Disposable } from '../platform/disposables.ts';
import type { Connection } from './connection.ts';

export interface ConditionalHold extends Disposable {
  /** Looks whether the condition still holds. */
  look(): void;
}

/** Holds the connection while a condition is true. Whoever knows that it may have changed calls `look`. */
export function holdWhile(connection: Connection, isNeeded: () => boolean): ConditionalHold {
  let hold: Disposable | undefined;
  const letGo = onDispose(() => hold?.dispose());
  const look = () => {
    if (isNeeded()) hold ??= connection.hold();
    else {
      hold?.dispose();
      hold = undefined;
    }
  };
  look();
  return { look, dispose: () => letGo.dispose() };
}
