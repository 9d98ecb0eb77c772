import type { JobDefinition } from './jobDefinition.ts';
import type { StepDefinition } from './stepDefinition.ts';

/** One immutable version of an Action's text, parsed: what service and runner work from. */
export interface Definition extends JobDefinition {
  /** The Action's name: what the file says, else the file's stem. */
  readonly name: string;
  readonly description: string;
  /** Which repositories, in the language of `shared/query`. */
  readonly scopeQuery: string;
  /** Image of `command` steps; null means the service's default image. */
  readonly image: string | null;
  /** Limit for the whole Job, in seconds; null means the service's default. */
  readonly timeoutSeconds: number | null;
  /** Labels that a Runner must have, in order and without repetition. */
  readonly requires: readonly string[];
  /** Jobs of higher priority are claimed first; 0 is the usual one. */
  readonly priority: number;
  /** How many Jobs of an Execution may run at the same time; null means as many as Runners take. */
  readonly maxParallel: number | null;
  /** So many failed Jobs pause the Execution; null means that none do. */
  readonly maxFailures: number | null;
  readonly steps: readonly StepDefinition[];
}
