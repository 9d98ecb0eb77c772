/** The bytes of a base64 text. `Uint8Array.fromBase64` is not in the runtimes of VS Code 1.101. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
