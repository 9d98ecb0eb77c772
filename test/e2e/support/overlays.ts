import type { Locator, Page } from './playwright.ts';
import { waitFor } from '../../support/waitFor.ts';

/** A tooltip that is there so long after the mouse has gone stays. */
const leaveMs = 1000;

/**
 * What VS Code lays over the window: tooltips, menus, the box at the top, questions. Each takes the clicks that are meant
 * for what is below it, for as long as it stays.
 */
export class Overlays {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** What the tooltips say at the moment. */
  async tooltips(): Promise<readonly string[]> {
    return this.#tooltips.allInnerTexts();
  }

  /**
   * Moves the mouse to where nothing has a tooltip; one that was about to appear does not, either. The tooltip of a row that
   * was drawn again while it came does not notice that the mouse has gone: it is replaced by another, which does.
   */
  async putTooltipAway(): Promise<void> {
    const bar = this.#page.locator('.part.statusbar');
    await bar.hover();
    let movedAt = performance.now();
    await waitFor('the tooltip to go', async () => {
      const left = await this.tooltips();
      if (left.length === 0) return true;
      if (performance.now() - movedAt < leaveMs) return undefined;
      await bar.locator('.statusbar-item[id="status.problems"]').hover();
      await waitFor('another tooltip', async () => String(await this.tooltips()) !== String(left));
      await bar.hover();
      movedAt = performance.now();
      return undefined;
    });
  }

  /**
   * Chooses from the menu that has been asked for. By the keyboard: for its first 100 ms a menu ignores a click, and stays.
   * A menu without that entry is closed again.
   */
  async choose(item: string): Promise<void> {
    await this.#menu.locator('.action-menu-item').first().waitFor();
    const entries = this.#menu.locator('.action-item', { hasText: item });
    if ((await entries.count()) === 0) {
      const others = await this.#menu.locator('.action-menu-item').allInnerTexts();
      await this.#page.keyboard.press('Escape');
      throw new Error(`the menu has no "${item}", but: ${others.join(', ')}`);
    }
    await entries.first().hover();
    await this.#menu.locator('.action-item.focused', { hasText: item }).waitFor();
    await this.#page.keyboard.press('Enter');
    await this.#menu.waitFor({ state: 'hidden' });
  }

  /** Closes whatever is open, so that a test that failed half way leaves the window as the next one expects it. */
  async clear(): Promise<void> {
    await waitFor('all menus, boxes and questions to close', async () => {
      if ((await this.#opened.count()) === 0) return true;
      if ((await this.#input.count()) > 0) await this.#input.first().press('Escape');
      else await this.#page.keyboard.press('Escape');
      return undefined;
    });
    await this.putTooltipAway();
  }

  get #tooltips(): Locator {
    return this.#page.locator('.monaco-hover .hover-contents:visible');
  }

  get #menu(): Locator {
    return this.#page.locator('.context-view.monaco-menu-container');
  }

  get #input(): Locator {
    return this.#page.locator('.quick-input-widget:visible .quick-input-box input');
  }

  get #opened(): Locator {
    return this.#page.locator(
      '.context-view.monaco-menu-container:visible, .quick-input-widget:visible, .monaco-dialog-box',
    );
  }
}
