const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** A size in bytes as Docker's command line writes it: `512m`, `4g`, `4gb`; units are powers of 1024. Not zero. */
export const byteSizePattern = /^[1-9]\d{0,9}([kmgt]b?)?$/i;

/** Bytes of a size; undefined when the text is not one. */
export function parseByteSize(text: string): number | undefined {
  if (!byteSizePattern.test(text)) return undefined;
  const unit = /[kmgt]/i.exec(text)?.[0]?.toLowerCase() ?? '';
  const bytes = Number.parseInt(text, 10) * (unitBytes[unit] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
