const units = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
] as const;

/** A number of bytes for people, such as `100 MiB` or `1.5 GiB`. */
export function sizeText(bytes: number): string {
  for (const [name, size] of units) {
    if (bytes >= size) return `${Math.round((bytes / size) * 10) / 10} ${name}`;
  }
  return `${bytes} bytes`;
}
