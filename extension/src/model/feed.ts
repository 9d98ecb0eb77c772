import type { Changes } from '@flotilla/shared/views';
import { isUnauthorized, type FlotillaClient } from '../connection/client.ts';
import { onDispose, type Disposable } from '../platform/disposables.ts';

/** Between an error of the feed and the next try on the same connection. */
const againMs = 2000;

/**
 * Follows the feed of changes until it is disposed. A cut is resumed by tRPC from the last cursor; where the service
 * ends the subscription itself, it is asked again from the cursor that was reached. `onProblem` hears why a subscription
 * failed that is tried again.
 */
export function followFeed(
  client: FlotillaClient,
  onChanges: (changes: Changes) => void,
  onProblem: (error: unknown) => void,
): Disposable {
  let cursor: string | undefined;
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let subscription: { unsubscribe(): void } | undefined;

  const again = () => {
    if (!isOver) timer = setTimeout(subscribe, againMs);
  };
  const subscribe = () => {
    subscription = client.executions.watch.subscribe(cursor === undefined ? {} : { lastEventId: cursor }, {
      onData: ({ id, data }) => {
        cursor = id;
        onChanges(data);
      },
      onError: (error) => {
        // Without a valid token the connection itself ends.
        if (isUnauthorized(error)) return;
        onProblem(error);
        again();
      },
      onComplete: again,
    });
  };
  subscribe();
  return onDispose(() => {
    isOver = true;
    clearTimeout(timer);
    subscription?.unsubscribe();
  });
}
