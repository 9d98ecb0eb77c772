import type { Memento, Uri } from 'vscode';

const memoryKey = 'flotilla.baseVersions';

/** Which version of an Action the text of a file goes on from, as far as this workspace knows. */
export class BaseVersions {
  readonly #memory: Memento;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  get(origin: string, name: string, file: Uri): number | undefined {
    return this.#all()[keyOf(origin, name, file)];
  }

  async set(origin: string, name: string, file: Uri, version: number): Promise<void> {
    await this.#memory.update(memoryKey, { ...this.#all(), [keyOf(origin, name, file)]: version });
  }

  #all(): Readonly<Record<string, number>> {
    return this.#memory.get<Record<string, number>>(memoryKey, {});
  }
}

function keyOf(origin: string, name: string, file: Uri): string {
  return `${origin} ${name} ${file.toString()}`;
}
