import { descriptors, noStep, type LogRecord } from '@flotilla/shared/logs/frame';
import { AnsiParser, type StyleName } from './ansi.ts';

/** Characters of one line that are shown; editors choke on longer ones (docs/spec/editor.md). */
const maxLineLength = 8 * 1024;

/** How a part of a line looks: a style of the output itself, or one of ours. */
export type MarkStyle = StyleName | 'notice' | 'step';

/** A part of a line of the document. Lines and columns are counted from 0, columns in UTF-16 code units. */
export interface Mark {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly style: MarkStyle;
}

/** What is to be appended to the document, and how it looks. */
export interface LogPart {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** A part of a line with its look. */
interface Run {
  readonly text: string;
  readonly styles: readonly MarkStyle[];
}

/** One descriptor of one Step: bytes and lines of different ones never mix. */
interface Stream {
  readonly step: number;
  readonly decoder: TextDecoder;
  readonly ansi: AnsiParser;
  /** The line that has no line feed yet, as far as it is not in the document. */
  runs: Run[];
  /** Characters of that line, those in the document included. */
  length: number;
  /** Characters of that line beyond the most that are shown. */
  cut: number;
  /** Whether a carriage return came last: what follows replaces the line, unless it is a line feed. */
  returned: boolean;
}

/**
 * Turns the records of a log into the text of a document that is only ever appended to. Lines appear when they are
 * complete, so that lines of stdout and stderr do not tear each other and a progress bar is one line, its last;
 * {@link settle} shows the beginning of a line whose end is long in coming.
 */
export class LogText {
  readonly #streams = new Map<string, Stream>();
  /** The line where each Step begins. */
  readonly #starts = new Map<number, number>();
  #step = noStep;
  #line = 0;
  #column = 0;
  #text = '';
  #marks: Mark[] = [];
  /** The stream whose unfinished line is the last of the document. */
  #open: Stream | undefined;

  /** The line where a Step begins; undefined while it has not. */
  lineOfStep(step: number): number | undefined {
    return this.#starts.get(step);
  }

  push(records: readonly LogRecord[]): LogPart {
    for (const record of records) {
      if (record.step !== this.#step) this.#beginStep(record.step);
      const stream = this.#streamOf(record);
      const text = stream.decoder.decode(record.data, { stream: true });
      const ours = stylesOfNotice(record);
      for (const run of stream.ansi.push(text))
        this.#addRun(stream, ours === undefined ? run : { text: run.text, styles: ours });
    }
    return this.#take();
  }

  /** Shows also the lines that are not complete yet. */
  settle(): LogPart {
    this.#writeUnfinished();
    return this.#take();
  }

  /** A line of ours at the end of the document. */
  note(sentence: string): LogPart {
    this.#writeUnfinished();
    this.#closeOpen(undefined);
    this.#writeText(sentence, ['notice']);
    this.#newLine();
    return this.#take();
  }

  #writeUnfinished(): void {
    for (const stream of this.#streams.values()) {
      if (stream.runs.length === 0) continue;
      this.#closeOpen(stream);
      this.#write(stream);
      this.#open = stream;
    }
  }

  #beginStep(step: number): void {
    this.#writeUnfinished();
    this.#closeOpen(undefined);
    this.#step = step;
    this.#streams.clear();
    if (!this.#starts.has(step)) this.#starts.set(step, this.#line);
  }

  #streamOf({ step, descriptor }: LogRecord): Stream {
    const key = `${step} ${descriptor}`;
    const stream = this.#streams.get(key) ?? {
      step,
      decoder: new TextDecoder(),
      ansi: new AnsiParser(),
      runs: [],
      length: 0,
      cut: 0,
      returned: false,
    };
    this.#streams.set(key, stream);
    return stream;
  }

  #addRun(stream: Stream, run: Run): void {
    for (const piece of run.text.split(/(\r|\n)/)) {
      if (piece === '\n') this.#endLine(stream);
      else if (piece === '\r') stream.returned = true;
      else if (piece !== '') this.#addText(stream, { text: piece, styles: run.styles });
    }
  }

  #addText(stream: Stream, run: Run): void {
    if (stream.returned) {
      // What the document already has cannot be taken back; the new state of the line comes below it.
      if (this.#open === stream) this.#closeOpen(undefined);
      stream.runs = [];
      stream.length = 0;
      stream.cut = 0;
      stream.returned = false;
    }
    const text = run.text.slice(0, Math.max(0, maxLineLength - stream.length));
    stream.length += text.length;
    stream.cut += run.text.length - text.length;
    if (text !== '') stream.runs.push({ text, styles: run.styles });
  }

  #endLine(stream: Stream): void {
    this.#closeOpen(stream);
    this.#write(stream);
    if (stream.cut > 0) {
      this.#writeText(` … (${Math.ceil((stream.length + stream.cut) / 1024)} KB in this line)`, ['notice']);
    }
    this.#newLine();
    this.#open = undefined;
    stream.length = 0;
    stream.cut = 0;
    stream.returned = false;
  }

  /** Ends the unfinished line at the end of the document, unless it is this stream's own. */
  #closeOpen(stream: Stream | undefined): void {
    if (this.#open === undefined || this.#open === stream) return;
    this.#newLine();
    this.#open = undefined;
  }

  /** Writes what is held of a stream's line. */
  #write(stream: Stream): void {
    for (const { text, styles } of stream.runs) this.#writeText(text, styles);
    stream.runs = [];
  }

  #writeText(text: string, styles: readonly MarkStyle[]): void {
    const start = this.#column;
    this.#text += text;
    this.#column += text.length;
    for (const style of styles) this.#marks.push({ line: this.#line, start, end: this.#column, style });
  }

  #newLine(): void {
    this.#text += '\n';
    this.#line += 1;
    this.#column = 0;
  }

  #take(): LogPart {
    const part = { text: this.#text, marks: this.#marks };
    this.#text = '';
    this.#marks = [];
    return part;
  }
}

/** A notice is ours, and so is how it looks. Undefined for what a Step wrote. */
function stylesOfNotice({ descriptor, beginsStep }: LogRecord): readonly MarkStyle[] | undefined {
  if (descriptor !== descriptors.notice) return undefined;
  return [beginsStep === true ? 'step' : 'notice'];
}
