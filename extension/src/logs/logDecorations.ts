import {
  DecorationRangeBehavior,
  Range,
  ThemeColor,
  window,
  workspace,
  type DecorationRenderOptions,
  type TextEditor,
  type TextEditorDecorationType,
} from 'vscode';
import { Coalescer } from '../platform/coalescer.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { ansiColors } from './ansi.ts';
import type { LogChannel } from './logChannel.ts';
import type { MarkStyle } from './logText.ts';

/** Lines above and below what can be seen that are coloured as well, so that scrolling shows no bare text. */
const marginLines = 20;
/** A log that grows fast is coloured at most ten times a second. */
const paintMs = 100;

const looks: Readonly<Record<MarkStyle, DecorationRenderOptions>> = {
  ...(Object.fromEntries(
    ansiColors.flatMap((color) => [
      [`foreground${color}`, { color: new ThemeColor(`terminal.ansi${color}`) }],
      [`background${color}`, { backgroundColor: new ThemeColor(`terminal.ansi${color}`) }],
    ]),
  ) as Record<Extract<MarkStyle, `foreground${string}` | `background${string}`>, DecorationRenderOptions>),
  bold: { fontWeight: 'bold' },
  dim: { opacity: '0.65' },
  italic: { fontStyle: 'italic' },
  underline: { textDecoration: 'underline' },
  strikethrough: { textDecoration: 'line-through' },
  notice: { color: new ThemeColor('descriptionForeground'), fontStyle: 'italic' },
  step: { color: new ThemeColor('textLink.foreground'), fontWeight: 'bold' },
};

/** Colours the logs in the output view: what the terminal's escape sequences said, by the colours of the theme. */
export class LogDecorations implements Disposable {
  readonly #channels: () => Iterable<LogChannel>;
  readonly #owned = new Disposables();
  /** Made once each, when first needed, and kept: making one is dear, and it stays until it is disposed. */
  readonly #types = new Map<MarkStyle, TextEditorDecorationType>();
  readonly #painting = this.#owned.own(
    new Coalescer<TextEditor>(paintMs, (editors) => editors.forEach((editor) => this.#paint(editor))),
  );

  constructor(channels: () => Iterable<LogChannel>) {
    this.#channels = channels;
    const paintVisible = () =>
      this.#painting.add(
        window.visibleTextEditors.filter((editor) => editor.document.uri.scheme === 'output'),
      );
    this.#owned.own(window.onDidChangeVisibleTextEditors(paintVisible));
    this.#owned.own(
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (textEditor.document.uri.scheme === 'output') this.#painting.add([textEditor]);
      }),
    );
    this.#owned.own(
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === 'output') paintVisible();
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #paint(editor: TextEditor): void {
    const channel = [...this.#channels()].find((candidate) => candidate.isShownIn(editor));
    if (channel === undefined) return;
    const last = editor.document.lineCount - 1;
    const ranges = new Map<MarkStyle, Range[]>([...this.#types.keys()].map((style) => [style, []]));
    for (const visible of editor.visibleRanges) {
      const marks = channel.marks.between(
        visible.start.line - marginLines,
        Math.min(last, visible.end.line + marginLines),
      );
      for (const { line, start, end, style } of marks) {
        const known = ranges.get(style);
        if (known === undefined) ranges.set(style, [new Range(line, start, line, end)]);
        else known.push(new Range(line, start, line, end));
      }
    }
    for (const [style, found] of ranges) editor.setDecorations(this.#typeOf(style), found);
  }

  #typeOf(style: MarkStyle): TextEditorDecorationType {
    const known = this.#types.get(style);
    if (known !== undefined) return known;
    const type = this.#owned.own(
      window.createTextEditorDecorationType({
        rangeBehavior: DecorationRangeBehavior.ClosedClosed,
        ...looks[style],
      }),
    );
    this.#types.set(style, type);
    return type;
  }
}
