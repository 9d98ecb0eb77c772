/** Letters and digits, which no encoder escapes; the sets below add to them. */
const alphanumeric = /[A-Za-z0-9]/;

/** What encoders of URLs leave as it is beside letters and digits, and what they write for a space. */
const urlEncoders: readonly { readonly left: string; readonly space: '%20' | '+' }[] = [
  // encodeURIComponent
  { left: "-_.!~*'()", space: '%20' },
  // encodeURI
  { left: "-_.!~*'();/?:@&=+$,#", space: '%20' },
  // RFC 3986; Python's quote with safe='', Go's PathEscape, curl --data-urlencode
  { left: '-_.~', space: '%20' },
  // Python's quote
  { left: '-_.~/', space: '%20' },
  // Forms in browsers, URLSearchParams
  { left: '*-._', space: '+' },
  // Python's quote_plus, Go's QueryEscape
  { left: '-_.~', space: '+' },
  // The same with safe='/'
  { left: '-_.~/', space: '+' },
];

/** A longer secret, such as a key of many lines, is not looked for with every byte of it escaped: nobody writes it so. */
const maxEveryBytes = 256;

/** A secret as it stands in URLs and forms, in each of the ways in which encoders write it, in capitals and small letters. */
export function urlForms(secret: Buffer): readonly string[] {
  const forms = urlEncoders.map(({ left, space }) =>
    Array.from(secret, (byte) => {
      const character = String.fromCharCode(byte);
      if (byte === 0x20) return space;
      const isLeft = alphanumeric.test(character) || left.includes(character);
      return byte < 0x80 && isLeft ? character : percent(byte);
    }).join(''),
  );
  const every = secret.length <= maxEveryBytes ? [Array.from(secret, percent).join('')] : [];
  return [...forms, ...every].flatMap((form) => [
    form,
    form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ]);
}

/** A secret as it stands within a string of JSON, in each of the ways in which encoders write it. */
export function jsonForms(secret: string): readonly string[] {
  const plain = JSON.stringify(secret).slice(1, -1);
  return [plain, plain.replaceAll('/', '\\/')]
    .flatMap((form) => [form, form.replace(/[<>&]/g, escaped), form.replace(/[<>&']/g, escaped)])
    .flatMap((form) => [form, form.replace(/[^\0-\u007e]/g, escaped)])
    .flatMap((form) => [
      form,
      form.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`),
    ]);
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
