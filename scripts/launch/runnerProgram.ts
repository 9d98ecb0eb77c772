import { startProgram, type Program, type ProgramOptions } from './program.ts';

export interface RunnerOptions {
  readonly serverUrl: string;
  /** The token, or the file that holds it. */
  readonly token: string | { readonly file: string };
  /** Folder for work trees, caches and its identity; one runner per folder. */
  readonly stateFolder: string;
  readonly name?: string | undefined;
  /** How many Jobs it runs at once; by default as many as there are processors. */
  readonly capacity?: number | undefined;
  /** Further settings (runner/src/config.ts). */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly onOutput?: ((text: string) => void) | undefined;
  /** User and group to run as, where that is not our own. */
  readonly user?: ProgramOptions['user'];
}

/** What may be in our environment for the service, and is nothing for a runner. */
const servicesOwn = { DATABASE_URL: undefined, FLOTILLA_SECRET_KEY: undefined };

/** Starts a runner as a process of its own. It connects by itself; nobody has to wait for it. */
export function startRunner(options: RunnerOptions): Program {
  const { token } = options;
  return startProgram({
    name: 'the runner',
    file: new URL('../../runner/src/main.ts', import.meta.url),
    env: {
      ...servicesOwn,
      ...options.env,
      FLOTILLA_SERVER_URL: options.serverUrl,
      FLOTILLA_RUNNER_STATE: options.stateFolder,
      ...(typeof token === 'string'
        ? { FLOTILLA_RUNNER_TOKEN: token }
        : { FLOTILLA_RUNNER_TOKEN_FILE: token.file }),
      ...(options.name === undefined ? {} : { FLOTILLA_RUNNER_NAME: options.name }),
      ...(options.capacity === undefined ? {} : { FLOTILLA_RUNNER_CAPACITY: String(options.capacity) }),
    },
    onOutput: options.onOutput,
    user: options.user,
  });
}
