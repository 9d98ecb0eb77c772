/** What registries and the engine say of an image that there is not, or not for this machine. */
const lasting =
  /not found|manifest unknown|denied|unauthorized|authentication required|no basic auth|invalid reference|invalid tag|must be lowercase|no matching manifest|does not exist|no such host|certificate|HTTP response to HTTPS client|unsupported/i;

/**
 * Whether pulling again may help: `passing` for a registry that is down, slow or busy; `lasting` for an image that it
 * does not have or does not give.
 */
export function pullFailureOf(message: string): 'passing' | 'lasting' {
  return lasting.test(message) ? 'lasting' : 'passing';
}
