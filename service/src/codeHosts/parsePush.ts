import { remoteWords } from './remoteTrouble.ts';

/** What `git push` says of one branch: a rule is a clause for people, also where it may only be that the branch has moved. */
export type Pushed =
  | { readonly kind: 'done' }
  | { readonly kind: 'same' }
  | { readonly kind: 'rejected'; readonly rule: string };

/** A rule is shown in a row. */
const mostCharacters = 500;

/**
 * Reads what `git push --porcelain` says of one branch: a flag, what goes where, and a summary with its reason in parentheses. In
 * its standard error are the words of the host, which name the rule.
 */
export function parsePush(output: string, stderr: string): Pushed {
  const line = output.split('\n').find((each) => /^[ +*=!-]\t/.test(each));
  const [flag = '', , summary = ''] = (line ?? '').split('\t');
  if (flag === '=') return { kind: 'same' };
  if (flag !== '' && flag !== '!') return { kind: 'done' };
  const start = summary.indexOf('(');
  const reason = start === -1 ? summary : summary.slice(start + 1).replace(/\)\s*$/, '');
  const rule = [reason, remoteWords(stderr)].filter((each) => each !== '').join(': ');
  return { kind: 'rejected', rule: rule === '' ? 'its host does not say why' : cut(rule) };
}

function cut(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters).toWellFormed()}…` : text;
}
