/** What a reviewer takes in or leaves out. */
export interface Selection {
  readonly jobId: number;
  /** A file of the Patch; null for the whole Job. */
  readonly path: string | null;
  readonly included: boolean;
}
