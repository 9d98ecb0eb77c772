import { waitFor } from '../../support/waitFor.ts';
import type { Locator, Page } from './playwright.ts';

/** The box at the top of the window: the command palette, a choice, a question for a text, a folder. */
export class QuickInput {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get #box(): Locator {
    return this.#page.locator('.quick-input-widget:visible');
  }

  get #input(): Locator {
    return this.#box.locator('.quick-input-box input');
  }

  /** Replaces the text of the box. */
  async fill(text: string): Promise<void> {
    await this.#input.waitFor();
    await this.#input.fill(text);
  }

  /** Answers with a text. */
  async answer(text: string): Promise<void> {
    await this.fill(text);
    await this.#input.press('Enter');
  }

  /** Answers a question for a folder by its path. */
  async chooseFolder(path: string): Promise<void> {
    // The box writes the folder in which it begins once it has listed that, after whatever has been typed by then.
    await this.#rows.first().waitFor();
    await waitFor('the box to say where it begins', async () =>
      (await this.#input.inputValue()).endsWith('/'),
    );
    await this.fill(`${path}/`);
    await this.#box.locator('.monaco-button', { hasText: /./ }).first().click();
    await this.untilClosed();
  }

  /** The words below the box. */
  async prompt(): Promise<string> {
    return (await this.#box.locator('.quick-input-message').innerText()).trim();
  }

  /** What is typed in the box. */
  async value(): Promise<string> {
    return this.#input.inputValue();
  }

  /** Goes back to the question before. */
  async back(): Promise<void> {
    await this.#box.locator('.quick-input-titlebar .codicon-quick-input-back').click();
  }

  async title(): Promise<string> {
    return (await this.#box.locator('.quick-input-title').innerText()).trim();
  }

  /** Waits for a question whose title or words contain a text. */
  async untilAsks(text: string): Promise<void> {
    await this.#box
      .filter({ hasText: text })
      .or(this.#box.filter({ has: this.#page.locator(`input[placeholder*="${text}"]`) }))
      .first()
      .waitFor();
  }

  /** The rows to choose from, as far as they are shown. */
  async rows(): Promise<readonly string[]> {
    await this.#rows.first().waitFor();
    return this.#rows.allInnerTexts();
  }

  /** Chooses the row of that name. */
  async pick(label: string): Promise<void> {
    const row = this.#rows.filter({
      has: this.#page.locator('.label-name').getByText(label, { exact: true }),
    });
    await row.first().click();
  }

  /** Chooses the row whose name has that text in it, when there is one: files are listed as they are found. */
  async pickWith(part: string): Promise<void> {
    const row = this.#rows.filter({ has: this.#page.locator('.label-name', { hasText: part }) });
    await row.first().click();
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  /** Waits until the box is gone. */
  async untilClosed(): Promise<void> {
    await this.#page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  get #rows(): Locator {
    return this.#box.locator('.quick-input-list .monaco-list-row');
  }
}
