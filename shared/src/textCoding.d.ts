/**
 * The two globals of Node, browsers and web workers that shared uses beside the language itself: the libraries of
 * TypeScript that declare them would let the rest of Node or of the DOM in.
 */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string;
}
