import type { AttemptState } from '@flotilla/shared/lifecycle/attemptLifecycle';
import {
  l10n,
  Position,
  Range,
  Selection,
  TextEditorRevealType,
  window,
  workspace,
  type OutputChannel,
  type TextEditor,
} from 'vscode';
import { logLanguage } from '../contributions/schemes.ts';
import { Disposables, onDispose, type Disposable } from '../platform/disposables.ts';
import { channelName, createChannel } from '../platform/log.ts';
import { statuses } from '../views/status.ts';
import { followLog, type Tail } from './logFollower.ts';
import { LogText, type LogPart } from './logText.ts';
import { Marks } from './marks.ts';

/** Characters that one channel shows: VS Code loses what goes beyond 30 MB (docs/spec/editor.md). */
const maxCharacters = 10 * 1024 * 1024;
/** How long the beginning of a line waits for its end before it is shown. */
const settleMs = 1000;
/** How long a channel may take to show a line that is to be revealed. */
const revealMs = 5000;

export interface LogChannelParts {
  /** Unique among the channels: VS Code tells them apart by it, and so do the decorations. */
  readonly name: string;
  readonly tail: Tail;
  readonly onProblem: (error: unknown) => void;
}

/** The output channel of one followed Attempt. It grows while the Attempt lives. */
export class LogChannel implements Disposable {
  readonly name: string;
  readonly marks = new Marks();
  readonly #channel: OutputChannel;
  readonly #text = new LogText();
  readonly #owned = new Disposables();
  #characters = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #isEnded = false;

  constructor(parts: LogChannelParts) {
    this.name = channelName(parts.name);
    this.#channel = this.#owned.own(createChannel(this.name, logLanguage));
    this.#owned.own(onDispose(() => clearTimeout(this.#settling)));
    const following = followLog(parts.tail, {
      onRecords: (records) => {
        this.#append(this.#text.push(records));
        clearTimeout(this.#settling);
        this.#settling = setTimeout(() => this.#append(this.#text.settle()), settleMs);
        if (this.#characters >= maxCharacters) {
          following.dispose();
          this.#end(
            l10n.t(
              'The log goes on; 10 MB of it are shown here. "Flotilla: Save Log…" writes the whole of it to a file.',
            ),
          );
        }
      },
      onEnd: (state) => this.#end(endSentence(state)),
      onProblem: parts.onProblem,
      onRefused: (sentence) => this.#end(sentence),
    });
    this.#owned.own(following);
  }

  /** Whether nothing more will come. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  show(): void {
    this.#channel.show(true);
  }

  /** Scrolls to the beginning of a Step, as soon as the channel shows it; gives up after a few seconds. */
  revealStep(step: number): void {
    const waiting = this.#owned.own(new Disposables());
    const tryReveal = () => {
      const line = this.#text.lineOfStep(step);
      const editor = window.visibleTextEditors.find((candidate) => this.isShownIn(candidate));
      if (line === undefined || editor === undefined || editor.document.lineCount <= line) return;
      const start = new Position(line, 0);
      // The cursor away from the last line is what stops the view from scrolling on.
      editor.selection = new Selection(start, start);
      editor.revealRange(new Range(start, start), TextEditorRevealType.AtTop);
      waiting.dispose();
    };
    const timer = setTimeout(() => waiting.dispose(), revealMs);
    waiting.own(onDispose(() => clearTimeout(timer)));
    waiting.own(window.onDidChangeVisibleTextEditors(tryReveal));
    waiting.own(workspace.onDidChangeTextDocument(tryReveal));
    tryReveal();
  }

  /** Whether an editor shows this channel. */
  isShownIn(editor: TextEditor): boolean {
    const { uri } = editor.document;
    return uri.scheme === 'output' && uri.path.endsWith(`-${this.name}`);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #end(sentence: string | undefined): void {
    clearTimeout(this.#settling);
    this.#isEnded = true;
    this.#append(sentence === undefined ? this.#text.settle() : this.#text.note(sentence));
  }

  #append({ text, marks }: LogPart): void {
    if (text === '') return;
    this.#characters += text.length;
    this.marks.add(marks);
    this.#channel.append(text);
  }
}

/** What the log cannot say itself, because its Runner was gone: otherwise the Runner's last line says how it ended. */
function endSentence(state: AttemptState): string | undefined {
  return state === 'lost' || state === 'released'
    ? l10n.t('The log ends here: {0}.', statuses[state].spoken)
    : undefined;
}
