/**
 * Whether a list of Gitea has another page. What a page has is the server's to say, and may be nothing in the middle of a list,
 * where the credential may not see what would be there: so the header that links to the next one counts first, then how many there
 * are in all. The link itself is never followed, because it may lead elsewhere.
 */
export function nextPageOf(
  headers: Headers,
  { seen, hasItems }: { readonly seen: number; readonly hasItems: boolean },
): boolean {
  const link = headers.get('link');
  if (link !== null) return /;\s*rel="?next"?/.test(link);
  const total = Number(headers.get('x-total-count') ?? Number.NaN);
  return hasItems && (Number.isNaN(total) || seen < total);
}
