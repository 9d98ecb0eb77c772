/**
 * What a failed fetch says about the service: `away`, it could not be reached or could not answer; `cut`, the transfer
 * broke off; `refused`, anything else, such as a commit that it does not have. From git's and curl's own words, which
 * are the same in every language because git runs in the C locale.
 */
export function fetchFailureOf(stderr: string): 'away' | 'cut' | 'refused' {
  if (/remote error/.test(stderr)) return 'refused';
  if (/unable to access .*(connect to|Empty reply|reset by peer|returned error: 5\d\d)/.test(stderr))
    return 'away';
  if (/RPC failed|unexpected disconnect|early EOF|hung up unexpectedly|Recv failure/.test(stderr))
    return 'cut';
  return 'refused';
}
