/** What the environment of the extension host says about the server. */
export interface EnvironmentServer {
  readonly url: string;
  /** Counts for that address alone. */
  readonly token: string | undefined;
}

/**
 * Reads `FLOTILLA_SERVER_URL` and `FLOTILLA_TOKEN`, for CI and hosted editors. A token without an address counts for
 * nothing: it would be sent to whatever server a workspace names. In a browser there is no environment.
 */
export function readEnvironment(): EnvironmentServer | undefined {
  const { process } = globalThis as { process?: { env: Record<string, string | undefined> } };
  const url = process?.env['FLOTILLA_SERVER_URL'];
  return url === undefined || url === '' ? undefined : { url, token: process?.env['FLOTILLA_TOKEN'] };
}
