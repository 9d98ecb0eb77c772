import type Docker from 'dockerode';
import type { PullPolicy } from '../../config.ts';

/** How an image is pulled. */
export interface Pulling {
  /** How long a registry that cannot be reached is tried again. */
  readonly retrySeconds: number;
  /** Takes a line for the log. */
  readonly report: (line: string) => Promise<void>;
  /** Called when the image is pulled; disposed when that has ended. */
  readonly onPull: () => Disposable;
  readonly signal: AbortSignal;
}

export interface ImageRequest extends Pulling {
  readonly docker: Docker;
  /** A name with a tag, a registry digest, or a local id. */
  readonly image: string;
  readonly policy: PullPolicy;
}
