import type { HelloAnswer } from '@flotilla/shared/protocol/runnerMessages';
import type { ServiceClient } from './serviceClient.ts';

/** What a Job needs of the session. */
export interface RunningSession {
  readonly service: ServiceClient;
  /** What the service answered when the Job was claimed. */
  readonly hello: HelloAnswer;
}
