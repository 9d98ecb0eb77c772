/** Forms of secrets that are known by their beginning, as their issuers publish them. */
const patterns: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----/],
  ['an access key of AWS', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b/],
  ['a token of GitLab', /\bglpat-[A-Za-z0-9_-]{20,64}\b/],
  ['a token of Slack', /\bxox[abprs]-[A-Za-z0-9-]{10,250}\b/],
  ['a key of Google', /\bAIza[0-9A-Za-z_-]{35}\b/],
  ['a key of Stripe', /\b[rs]k_live_[0-9a-zA-Z]{20,250}\b/],
  ['a token of npm', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a token of PyPI', /\bpypi-[A-Za-z0-9_-]{50,250}\b/],
  ['a password in an address', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,100}:[^\s/@]{3,200}@[^\s/]/i],
];

/** What a line seems to have; undefined for one that has nothing of the kind. */
export function secretIn(line: string): string | undefined {
  return patterns.find(([, pattern]) => pattern.test(line))?.[0];
}
