/** Whether this machine can run Jobs. */
export interface Health {
  /** What was seen last: why no Job can be run, in a sentence for people; null when one can. */
  readonly problem: string | null;
  /** Looks again, and says what there is now. Never rejects. */
  look(): Promise<string | null>;
}
