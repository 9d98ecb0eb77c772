/** A piece of a query. Offsets and lengths are in UTF-16 code units. */
export type Token =
  | {
      readonly kind: 'filter';
      /** In lower case, without the colon. */
      readonly name: string;
      readonly negated: boolean;
      readonly value: string;
      readonly valueOffset: number;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly kind: 'word'; readonly value: string; readonly offset: number; readonly length: number }
  | { readonly kind: 'unterminated'; readonly offset: number; readonly length: number };

const filterStart = /(-?)([A-Za-z][A-Za-z.]*):/y;
const quoted = /(["'])((?:\\.|(?!\1)[^\\])*)\1/y;
const bare = /\S+/y;
const blank = /\s+/y;

/** Splits a query into filters and words. Quotation marks keep blanks together; a backslash escapes one character. */
export function* tokenize(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    const space = matchAt(blank, text, at);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const filter = matchAt(filterStart, text, at);
    const start = at;
    at += filter?.[0].length ?? 0;
    const value = readValue(text, at);
    if (value === null) {
      yield { kind: 'unterminated', offset: at, length: text.length - at };
      return;
    }
    const valueOffset = at;
    at += value.length;
    const place = { offset: start, length: at - start };
    if (filter === null) yield { kind: 'word', value: value.text, ...place };
    else {
      const [, sign, name = ''] = filter;
      yield {
        kind: 'filter',
        name: name.toLowerCase(),
        negated: sign === '-',
        value: value.text,
        valueOffset,
        ...place,
      };
    }
  }
}

/** The value at a place: what it says and how many characters it takes. Null when a quotation mark stays open. */
function readValue(text: string, at: number): { text: string; length: number } | null {
  const quotation = matchAt(quoted, text, at);
  if (quotation !== null) {
    return { text: (quotation[2] ?? '').replace(/\\(.)/g, '$1'), length: quotation[0].length };
  }
  if (text[at] === '"' || text[at] === "'") return null;
  const word = matchAt(bare, text, at)?.[0] ?? '';
  return { text: word, length: word.length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
