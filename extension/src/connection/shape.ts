/**
 * Looks at a value that came from outside: where it first differs from what it should be (`.jobs[3].id`), or undefined
 * where it does not. Small and fast, because it sees every row; the schemas of action files would be neither.
 */
export type Shape = (value: unknown) => string | undefined;

/** The same, with the type that a value of it has. */
export type ShapeOf<T> = Shape & { readonly of?: T };

/** Of more rows no list is taken. */
const maxRows = 100_000;

export const anything: Shape = () => undefined;
export const text: Shape = (value) => wrongUnless(typeof value === 'string');
export const flag: Shape = (value) => wrongUnless(typeof value === 'boolean');
/** An id, or how many of something. */
export const count: Shape = (value) => wrongUnless(Number.isSafeInteger(value) && Number(value) >= 0);
export const number: Shape = (value) => wrongUnless(Number.isFinite(value));

/** Unix milliseconds that a Date can say. */
export const time: Shape = (value) =>
  wrongUnless(Number.isFinite(value) && Math.abs(Number(value)) <= 8.64e15);

/** A text of at most so many characters. */
export function textOf(maxCharacters: number): Shape {
  return (value) => wrongUnless(typeof value === 'string' && value.length <= maxCharacters);
}

export function oneOf(values: readonly string[]): Shape {
  const known = new Set<unknown>(values);
  return (value) => wrongUnless(known.has(value));
}

export function nullable(shape: Shape): Shape {
  return (value) => (value === null ? undefined : shape(value));
}

/** What a service that is older than this window does not say. */
export function optional(shape: Shape): Shape {
  return (value) => (value === undefined ? undefined : shape(value));
}

export function listOf(shape: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value) || value.length > maxRows) return '';
    for (const [index, item] of value.entries()) {
      const wrong = shape(item);
      if (wrong !== undefined) return `[${index}]${wrong}`;
    }
    return undefined;
  };
}

/** An object whose fields are all alike, by names that are not known. */
export function dictionaryOf(shape: Shape): Shape {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
    for (const [name, item] of Object.entries(value)) {
      const wrong = shape(item);
      if (wrong !== undefined) return `.${name.slice(0, 50)}${wrong}`;
    }
    return undefined;
  };
}

/** An object with at least these fields: every one of the type, so that none is forgotten. */
export function fields<T>(shapes: { readonly [K in keyof T]-?: Shape }): ShapeOf<T> {
  const entries = Object.entries<Shape>(shapes);
  return (value) => {
    if (typeof value !== 'object' || value === null) return '';
    for (const [name, shape] of entries) {
      const wrong = shape((value as Readonly<Record<string, unknown>>)[name]);
      if (wrong !== undefined) return `.${name}${wrong}`;
    }
    return undefined;
  };
}

/** One of several kinds of object, told apart by their field `kind`. Any other kind is as `newer` says: wrong by default. */
export function kinds(shapes: Readonly<Record<string, Shape>>, newer: Shape = () => '.kind'): Shape {
  return (value) => {
    const { kind } = (value ?? {}) as { readonly kind?: unknown };
    const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
    return (shape ?? newer)(value);
  };
}

function wrongUnless(isRight: boolean): string | undefined {
  return isRight ? undefined : '';
}
