/** Whether a replica is about to stop: it still answers, and wants to be left. */
export interface Stopping {
  now: boolean;
}
