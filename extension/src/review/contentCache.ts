/**
 * Contents that do not change, by key. VS Code asks for each twice (how large, then what), often at the same moment:
 * both get one fetch. Beyond the limit those used longest ago are let go; a failure is not kept.
 */
export class ContentCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, { readonly content: Promise<Uint8Array>; size: number }>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  read(key: string, fetchContent: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.content;
    }
    const entry = { content: fetchContent(), size: 0 };
    this.#entries.set(key, entry);
    entry.content.then(
      (bytes) => {
        entry.size = bytes.length;
        this.#trim();
      },
      () => this.#entries.delete(key),
    );
    return entry.content;
  }

  #trim(): void {
    let total = [...this.#entries.values()].reduce((sum, entry) => sum + entry.size, 0);
    for (const [key, entry] of this.#entries) {
      if (total <= this.#maxBytes) return;
      // One that is still under way is waited for by somebody.
      if (entry.size === 0) continue;
      this.#entries.delete(key);
      total -= entry.size;
    }
  }
}
