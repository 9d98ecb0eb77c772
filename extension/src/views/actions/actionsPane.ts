import type { Connection } from '../../connection/connection.ts';
import type { Catalogue } from '../../model/catalogue.ts';
import { Disposables, type Disposable } from '../../platform/disposables.ts';
import { TreePane } from '../../platform/treePane.ts';
import type { ActionsTree } from './actionsTree.ts';
import { holdWhileVisible } from '../holdWhileVisible.ts';

/** The view *Actions*. Its list from the service is fetched each time the service has been reached. */
export function createActionsPane(
  connection: Connection,
  catalogue: Catalogue,
  tree: ActionsTree,
): Disposable {
  const owned = new Disposables();
  const { view } = owned.own(new TreePane('flotilla.actions', tree));
  owned.own(holdWhileVisible(view, connection));
  owned.own(
    connection.onDidConnect(() => {
      // A failure shows as the connection's state, and the next connection lists again.
      catalogue.refresh().catch(() => undefined);
    }),
  );
  return owned;
}
