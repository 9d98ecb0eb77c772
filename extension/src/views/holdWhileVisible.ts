import type { TreeView } from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { holdWhile } from '../connection/holdWhile.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';

/** Holds the connection for as long as a view can be seen. */
export function holdWhileVisible(
  view: Pick<TreeView<unknown>, 'visible' | 'onDidChangeVisibility'>,
  connection: Connection,
): Disposable {
  const owned = new Disposables();
  const hold = owned.own(holdWhile(connection, () => view.visible));
  owned.own(view.onDidChangeVisibility(() => hold.look()));
  return owned;
}
