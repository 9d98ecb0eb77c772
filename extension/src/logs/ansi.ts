/** How a run of text looks: the names of decorations that lie over each other. */
export type StyleName =
  | `foreground${AnsiColor}`
  | `background${AnsiColor}`
  | 'bold'
  | 'dim'
  | 'italic'
  | 'underline'
  | 'strikethrough';

/** The sixteen colours of a terminal, in the order of their codes. Themes say what they look like. */
export const ansiColors = [
  'Black',
  'Red',
  'Green',
  'Yellow',
  'Blue',
  'Magenta',
  'Cyan',
  'White',
  'BrightBlack',
  'BrightRed',
  'BrightGreen',
  'BrightYellow',
  'BrightBlue',
  'BrightMagenta',
  'BrightCyan',
  'BrightWhite',
] as const;
export type AnsiColor = (typeof ansiColors)[number];

/** Text without escape sequences, all in one style. Line feeds, carriage returns and tabs are still in it. */
export interface StyledRun {
  readonly text: string;
  readonly styles: readonly StyleName[];
}

/** An escape sequence that is not complete after so many characters is none. */
const maxSequence = 4096;

// CSI; OSC and the other strings, which end with BEL or ST; two-character sequences. Nothing in them holds another
// escape, so that a log full of beginnings takes no longer to read than any other.
/* eslint-disable no-control-regex -- control characters are what is parsed */
const sequence =
  /\u001b(?:\[([0-?]*)[ -/]*([@-~])|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-OQ-WYZ\\`-~])/y;
const unfinished = /\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]*\u001b?|[ -/]*)$/y;
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f\u2028\u2029]/g;
/* eslint-enable no-control-regex */

/**
 * Takes escape sequences out of a stream of text and says how what is left looks. Sequences may be cut between two
 * pushes. What moves the cursor is dropped: a log is read from top to bottom.
 */
export class AnsiParser {
  #rest = '';
  #styles: readonly StyleName[] = [];
  readonly #attributes = new Attributes();

  push(chunk: string): StyledRun[] {
    const text = this.#rest + chunk;
    this.#rest = '';
    const runs: StyledRun[] = [];
    let at = 0;
    while (at < text.length) {
      const escape = text.indexOf('\u001b', at);
      const end = escape === -1 ? text.length : escape;
      this.#addRun(runs, text.slice(at, end));
      if (escape === -1) break;
      sequence.lastIndex = escape;
      const found = sequence.exec(text);
      if (found === null) {
        unfinished.lastIndex = escape;
        if (unfinished.test(text) && text.length - escape <= maxSequence) {
          this.#rest = text.slice(escape);
          break;
        }
        at = escape + 1;
        continue;
      }
      if (found[2] === 'm') {
        this.#attributes.apply(found[1] ?? '');
        this.#styles = this.#attributes.styles();
      }
      at = sequence.lastIndex;
    }
    return runs;
  }

  #addRun(runs: StyledRun[], raw: string): void {
    const text = raw.replace(controls, '');
    if (text !== '') runs.push({ text, styles: this.#styles });
  }
}

/** Codes that say a colour, behind the one that says that it follows: a kind and three parts. */
const maxColorCodes = 4;

/** What `CSI … m` has set so far. */
class Attributes {
  #foreground: AnsiColor | undefined;
  #background: AnsiColor | undefined;
  #inverse = false;
  readonly #flags = new Set<StyleName>();

  apply(parameters: string): void {
    const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
    for (let index = 0; index < codes.length; index++) {
      const code = codes[index] ?? 0;
      if (code === 38 || code === 48) {
        const { color, used } = extendedColor(codes.slice(index + 1, index + 1 + maxColorCodes));
        if (code === 38) this.#foreground = color;
        else this.#background = color;
        index += used;
      } else this.#applyCode(code);
    }
  }

  styles(): readonly StyleName[] {
    const foreground = this.#inverse ? (this.#background ?? 'Black') : this.#foreground;
    const background = this.#inverse ? (this.#foreground ?? 'White') : this.#background;
    return [
      ...(foreground === undefined ? [] : [`foreground${foreground}` as const]),
      ...(background === undefined ? [] : [`background${background}` as const]),
      ...this.#flags,
    ];
  }

  #applyCode(code: number): void {
    if (code === 0) {
      this.#foreground = undefined;
      this.#background = undefined;
      this.#inverse = false;
      this.#flags.clear();
    } else if (code === 7 || code === 27) this.#inverse = code === 7;
    else if (code === 39) this.#foreground = undefined;
    else if (code === 49) this.#background = undefined;
    else if (code === 22) {
      this.#flags.delete('bold');
      this.#flags.delete('dim');
    } else if (flagsOn.has(code)) this.#flags.add(flagsOn.get(code) ?? 'bold');
    else if (flagsOff.has(code)) this.#flags.delete(flagsOff.get(code) ?? 'bold');
    else if (code >= 30 && code <= 37) this.#foreground = ansiColors[code - 30];
    else if (code >= 90 && code <= 97) this.#foreground = ansiColors[code - 90 + 8];
    else if (code >= 40 && code <= 47) this.#background = ansiColors[code - 40];
    else if (code >= 100 && code <= 107) this.#background = ansiColors[code - 100 + 8];
  }
}

const flagsOn = new Map<number, StyleName>([
  [1, 'bold'],
  [2, 'dim'],
  [3, 'italic'],
  [4, 'underline'],
  [9, 'strikethrough'],
]);
const flagsOff = new Map<number, StyleName>([
  [23, 'italic'],
  [24, 'underline'],
  [29, 'strikethrough'],
]);

/** Colours of 256 and of 16 million become the nearest of the theme's sixteen. */
function extendedColor(codes: readonly number[]): { color: AnsiColor | undefined; used: number } {
  const [kind, ...rest] = codes;
  if (kind === 5) return { color: paletteColor(rest[0] ?? 0), used: 2 };
  if (kind === 2) return { color: nearest(rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0), used: 4 };
  return { color: undefined, used: 1 };
}

function paletteColor(index: number): AnsiColor | undefined {
  if (index < 16) return ansiColors[index];
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return nearest(grey, grey, grey);
  }
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** By hue and lightness: bit 1 red, bit 2 green, bit 4 blue, bright where the strongest part is. */
function nearest(red: number, green: number, blue: number): AnsiColor | undefined {
  const strongest = Math.max(red, green, blue);
  const weakest = Math.min(red, green, blue);
  if (strongest - weakest < 32) {
    return ansiColors[strongest < 64 ? 0 : strongest < 144 ? 8 : strongest < 216 ? 7 : 15];
  }
  const threshold = (strongest + weakest) / 2;
  const hue = (red > threshold ? 1 : 0) + (green > threshold ? 2 : 0) + (blue > threshold ? 4 : 0);
  return ansiColors[hue + (strongest > 192 ? 8 : 0)];
}
