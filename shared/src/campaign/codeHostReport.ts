/** What was found when a code host was tried. */
export interface CodeHostReport {
  /** Who the credential belongs to there; null where the host does not say. */
  readonly account: string | null;
  readonly repositories: number;
  /** How many of them take branches from this credential; null where the host does not say. */
  readonly pushable: number | null;
  /** How much disk they take there, in bytes; null where the host does not say. */
  readonly bytes: number | null;
  /** What does not work, a sentence each. */
  readonly problems: readonly string[];
}
