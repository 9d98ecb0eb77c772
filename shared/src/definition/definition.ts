/** One container command of a Job. */
export type StepDefinition =
  | {
      /** Runs `args` as they are in the Action's image (or the service's default image), never on the runner's host. */
      readonly type: 'command';
      readonly args: readonly string[];
      readonly cacheDirs: readonly string[];
    }
  | {
      /** Runs `image` with its own entrypoint; `args` override its CMD. */
      readonly type: 'docker';
      readonly image: string;
      readonly args: readonly string[];
      readonly cacheDirs: readonly string[];
    };

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
  readonly steps: readonly StepDefinition[];
}
