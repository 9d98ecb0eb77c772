import type { Locator, Page } from './playwright.ts';
import { waitFor } from '../../support/waitFor.ts';

/** The output view with the channel that is in front. */
export class OutputPanel {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get #editor(): Locator {
    return this.#page.locator('.part.panel .output-view, .output-view-container').first();
  }

  /** The lines that can be seen, from top to bottom. */
  async visibleLines(): Promise<readonly string[]> {
    return this.#editor.locator('.view-line').evaluateAll((lines) =>
      lines
        .map((line) => ({ top: (line as HTMLElement).offsetTop, text: line.textContent }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text.replaceAll('\u00a0', ' ')),
    );
  }

  /** Waits until a visible line matches. */
  async untilShows(pattern: RegExp, timeoutMs = 60_000): Promise<string> {
    let lines: readonly string[] = [];
    try {
      return await waitFor(
        `the output channel to show ${String(pattern)}`,
        async () => {
          lines = await this.visibleLines();
          return lines.find((line) => pattern.test(line));
        },
        { timeoutMs, everyMs: 50 },
      );
    } catch (error) {
      throw new Error(`the output channel shows:\n${lines.join('\n')}`, { cause: error });
    }
  }

  /** The whole text of the channel, by way of the clipboard. */
  async text(): Promise<string> {
    await this.#editor.locator('.monaco-editor').first().click();
    await this.#page.keyboard.press('Control+A');
    await this.#page.keyboard.press('Control+C');
    return this.#page.evaluate(() => navigator.clipboard.readText());
  }

  /** The colours of a visible line, from its beginning to its end. */
  async colorsOf(line: string): Promise<readonly string[]> {
    const spans = this.#editor.locator('.view-line', { hasText: line }).first().locator('span span');
    return spans.evaluateAll((found) => found.map((span) => getComputedStyle(span).color));
  }
}
