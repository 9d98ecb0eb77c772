import { waitFor } from '../../support/waitFor.ts';
import type { Locator, Page } from './playwright.ts';

/** The editor that shows the changes of many files below each other. */
export class MultiDiff {
  readonly #editor: Locator;

  constructor(page: Page) {
    this.#editor = page.locator('.multiDiffEditor');
  }

  /** What can be seen of it: paths, and the lines of both sides. */
  async text(): Promise<string> {
    const texts = await this.#editor.allInnerTexts();
    return texts.join('\n').replaceAll('\u00a0', ' ');
  }

  /** Waits until a text can be seen. */
  async untilShows(text: string): Promise<void> {
    await waitFor(`the multi-diff editor to show ${text}`, async () => (await this.text()).includes(text));
  }
}
