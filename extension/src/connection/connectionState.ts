import type { ServerView } from '@flotilla/shared/views';
import type { ServerAddress } from './serverAddress.ts';

/** How this window stands to its service. `since` is in Unix milliseconds by this machine's clock. */
export type ConnectionState =
  | { readonly kind: 'unconfigured' }
  /** The address is not encrypted and no setting allows it. */
  | { readonly kind: 'blocked'; readonly address: ServerAddress }
  /** There is no token for the address, or the service refused it. */
  | { readonly kind: 'signedOut'; readonly address: ServerAddress; readonly refused: boolean }
  /** Nothing needs the service at the moment, so no socket is open. */
  | { readonly kind: 'idle'; readonly address: ServerAddress }
  | { readonly kind: 'connecting'; readonly address: ServerAddress }
  | { readonly kind: 'online'; readonly address: ServerAddress; readonly server: ServerView }
  /** The socket was lost or never opened; it is tried again. */
  | { readonly kind: 'offline'; readonly address: ServerAddress; readonly since: number }
  | { readonly kind: 'incompatible'; readonly address: ServerAddress; readonly serverVersion: string };
