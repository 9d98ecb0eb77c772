/** What tells a repository from the others of its host. */
export interface RepositoryRef {
  /** The host's own id, which outlives a new name; null where the name is the identity. */
  readonly externalId: string | null;
  /** Unique within the host. */
  readonly name: string;
}
