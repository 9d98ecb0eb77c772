/** A text with variables in `${{ … }}`, as batch specs have them, cut into its parts. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly offset: number };

/** What is wrong with a template, and where: an offset in UTF-16 units. */
export class TemplateError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'TemplateError';
    this.offset = offset;
  }
}

const opening = '${{';
const closing = '}}';
const variable = /^[a-z_][a-z\d_]*(?:\.[a-z_][a-z\d_]*)*$/;

/** Parses a template. Throws a {@link TemplateError}. */
export function parseTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf(opening, at);
    if (start === -1) break;
    const end = text.indexOf(closing, start + opening.length);
    if (end === -1) throw new TemplateError(`\`${opening}\` is not closed by \`${closing}\``, start);
    const name = text.slice(start + opening.length, end).trim();
    if (!variable.test(name))
      throw new TemplateError(`"${name.slice(0, 100)}" is no variable such as repository.name`, start);
    if (start > at) parts.push({ kind: 'text', text: text.slice(at, start) });
    parts.push({ kind: 'variable', name, offset: start });
    at = end + closing.length;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}

/** The values of variables, by their full names such as `repository.name`. */
export type Variables = ReadonlyMap<string, string>;

/** The text of a template for these variables. Throws a {@link TemplateError}, also for a variable that there is not. */
export function renderTemplate(text: string, variables: Variables): string {
  return parseTemplate(text)
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const value = variables.get(part.name);
      if (value !== undefined) return value;
      const known = [...variables.keys()].toSorted().join(', ');
      throw new TemplateError(`there is no variable ${part.name}; there are ${known}`, part.offset);
    })
    .join('');
}
