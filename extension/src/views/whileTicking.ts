import type { TreeView } from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { onDispose, type Disposable } from '../platform/disposables.ts';

/** Between two looks at the clock while something runs: the times in the rows move on. */
const tickMs = 3000;

/** Calls back again and again while a view can be seen and what it shows is live. */
export function whileTicking(
  view: Pick<TreeView<unknown>, 'visible'>,
  connection: Connection,
  tick: () => void,
): Disposable {
  const ticking = setInterval(() => {
    if (view.visible && connection.state.kind === 'online') tick();
  }, tickMs);
  return onDispose(() => clearInterval(ticking));
}
