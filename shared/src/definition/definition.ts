/** One container command of a Job. */
export type StepDefinition =
  | {
      /** Runs `args` as they are in the Action's image (or the service's default image), never on the runner's host. */
      readonly type: 'command';
      readonly args: readonly string[];
      readonly cacheDirs: readonly string[];
      /** Limit of this Step alone, in seconds; null means that only the Job's counts. */
      readonly timeoutSeconds: number | null;
    }
  | {
      /** Runs `image` with its own entrypoint; `args` override its CMD. */
      readonly type: 'docker';
      readonly image: string;
      readonly args: readonly string[];
      readonly cacheDirs: readonly string[];
      readonly timeoutSeconds: number | null;
    };

/** What one container may use at most; null leaves it to the Runner, whose own limits are never passed. */
export type Resources = {
  readonly memoryBytes: number | null;
  /** Processors; fractions are allowed. */
  readonly cpus: number | null;
  readonly processes: number | null;
  /** Of the work tree and all that the containers write, together. */
  readonly diskBytes: number | null;
};

/**
 * How much a container may do. `default`: as root, as batch specs expect it, less a few capabilities; `strict`: no
 * capabilities, not root, read-only but for the work tree and temporary files (design §9).
 */
export type SandboxProfile = 'default' | 'strict';

/** One immutable version of an Action's text, parsed: what service and runner work from. */
export interface Definition {
  /** The Action's name: what the file says, else the file's stem. */
  readonly name: string;
  readonly description: string;
  /** Which repositories, in the language of `shared/query`. */
  readonly scopeQuery: string;
  /** Image of `command` steps; null means the service's default image. */
  readonly image: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** Limit for the whole Job, in seconds; null means the service's default. */
  readonly timeoutSeconds: number | null;
  readonly network: 'default' | 'none';
  readonly resources: Resources;
  readonly profile: SandboxProfile;
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
