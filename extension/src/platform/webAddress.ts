/** An address that a browser may be sent to; undefined for all else: a service could name a command or a program. */
export function webAddress(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined;
  const { protocol, href, username, password } = new URL(url);
  const isPlain = username === '' && password === '';
  return (protocol === 'https:' || protocol === 'http:') && isPlain ? href : undefined;
}
