import { descriptors, FrameDecoder, type Descriptor } from '@flotilla/shared/logs/frame';

export interface LogLine {
  readonly descriptor: Descriptor;
  /** Without its line break; not made harmless yet. */
  readonly text: string;
}

/** Turns the chunks of a log into lines. What a descriptor has not ended with a line break comes with {@link end}. */
export class LogLines {
  readonly #frames = new FrameDecoder();
  readonly #open = new Map<
    string,
    { readonly descriptor: Descriptor; readonly decoder: TextDecoder; text: string }
  >();

  push(chunk: Uint8Array): LogLine[] {
    return this.#frames.push(chunk).flatMap(({ step, descriptor, data }) => {
      const key = `${step} ${descriptor}`;
      const open = this.#open.get(key) ?? { descriptor, decoder: new TextDecoder(), text: '' };
      this.#open.set(key, open);
      const lines = (open.text + open.decoder.decode(data, { stream: true })).split('\n');
      // A notice is always one whole line.
      if (descriptor === descriptors.notice && lines.at(-1) !== '') lines.push('');
      open.text = lines.pop() ?? '';
      return lines.map((text) => ({ descriptor, text }));
    });
  }

  /** The lines that were left without a line break. */
  end(): LogLine[] {
    const rest = [...this.#open.values()].filter(({ text }) => text !== '');
    this.#open.clear();
    return rest.map(({ descriptor, text }) => ({ descriptor, text }));
  }
}
