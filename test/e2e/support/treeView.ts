import type { Locator, Page } from './playwright.ts';
import { waitFor } from '../../support/waitFor.ts';
import { Overlays } from './overlays.ts';

/** A tooltip that has not come after this time does not come any more: VS Code shows it after half a second. */
const tooltipMs = 2000;

/** One of the trees in the side bar. Rows are named by the beginning of what they show. */
export class TreeView {
  readonly #page: Page;
  readonly #name: string;
  readonly #overlays: Overlays;

  constructor(page: Page, name: string) {
    this.#page = page;
    this.#name = name;
    this.#overlays = new Overlays(page);
  }

  get pane(): Locator {
    return this.#page.locator('.pane', {
      has: this.#page.locator('.pane-header .title').filter({ hasText: exact(this.#name) }),
    });
  }

  /** Opens or closes the view itself. */
  async toggle(isOpen: boolean): Promise<void> {
    const header = this.pane.locator('.pane-header').first();
    await header.waitFor();
    const state = () => header.getAttribute('aria-expanded');
    if ((await state()) !== String(isOpen)) await header.click();
    await waitFor(`the view ${this.#name} to open or close`, async () => (await state()) === String(isOpen));
  }

  /** What stands beside the name of the view. */
  async head(): Promise<string> {
    return this.pane.locator('.pane-header .description').innerText();
  }

  /** What the view says where it has no rows. */
  async welcome(): Promise<string> {
    const text = this.pane.locator('.welcome-view-content');
    await text.waitFor();
    return text.innerText();
  }

  /** Waits for a part of the welcome text. */
  async untilWelcomes(text: string): Promise<void> {
    await this.pane.locator('.welcome-view-content', { hasText: text }).waitFor();
  }

  welcomeButton(name: string): Locator {
    return this.pane.locator('.welcome-view-content .monaco-button', { hasText: name });
  }

  /** What is said above the rows. */
  get message(): Locator {
    return this.pane.locator('.message');
  }

  /** The row whose label is this. */
  row(label: string | RegExp): Locator {
    return this.pane.locator('.monaco-list-row').filter({
      has: this.#page.locator('.label-name').filter({ hasText: exact(label) }),
    });
  }

  /** All rows as far as they are shown: label and description. */
  async rows(): Promise<readonly string[]> {
    const texts = await this.pane.locator('.monaco-list-row').allInnerTexts();
    return texts.map((text) => text.replace(/\s*\n\s*/g, ' ').trim());
  }

  /** What stands behind the label. */
  async description(label: string | RegExp): Promise<string> {
    const row = this.row(label).first();
    await row.waitFor();
    const description = row.locator('.label-description');
    return (await description.count()) === 0 ? '' : description.first().innerText();
  }

  /** Waits until a row's description fits; returns it. */
  async untilDescribed(label: string | RegExp, pattern: RegExp, timeoutMs = 60_000): Promise<string> {
    let last = '';
    try {
      return await waitFor(
        `the row ${String(label)} to say ${String(pattern)}`,
        async () => {
          if ((await this.row(label).count()) === 0) return undefined;
          last = await this.description(label);
          return pattern.test(last) ? last : undefined;
        },
        { timeoutMs, everyMs: 50 },
      );
    } catch (error) {
      throw new Error(`the row ${String(label)} says "${last}"; rows: ${(await this.rows()).join(' | ')}`, {
        cause: error,
      });
    }
  }

  /** Opens a row that has rows below it. */
  async expand(label: string | RegExp): Promise<void> {
    const row = await this.#uncovered(label);
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.locator('.monaco-tl-twistie').click();
    await waitFor(
      `the row ${String(label)} to open`,
      async () => (await row.getAttribute('aria-expanded')) === 'true',
    );
  }

  async select(label: string | RegExp): Promise<void> {
    const row = await this.#uncovered(label);
    await row.locator('.label-name').click();
  }

  /** Selects a row with those that are selected. */
  async selectAlso(label: string | RegExp): Promise<void> {
    const row = await this.#uncovered(label);
    await row.locator('.label-name').click({ modifiers: ['ControlOrMeta'] });
  }

  /**
   * Waits until a row says something under the mouse. Where VS Code draws the row again, the tooltip goes or never comes:
   * then the mouse has to move, as a person's does.
   */
  async untilTooltip(label: string | RegExp, pattern: RegExp): Promise<string> {
    let last: readonly string[] = [];
    let pointedAt = -Infinity;
    try {
      return await waitFor(`the tooltip of ${String(label)} to say ${String(pattern)}`, async () => {
        if (performance.now() - pointedAt > tooltipMs) {
          const row = await this.#uncovered(label);
          await row.locator('.label-name').hover();
          pointedAt = performance.now();
        }
        last = await this.#overlays.tooltips();
        return last.find((text) => pattern.test(text));
      });
    } catch (error) {
      throw new Error(`the tooltip of ${String(label)} says "${last.join(' | ')}"`, { cause: error });
    }
  }

  /** Clicks one of the icons that a row shows under the mouse. */
  async pressInline(label: string | RegExp, action: string): Promise<void> {
    const row = await this.#uncovered(label);
    await row.hover();
    await row.locator(`.action-label[aria-label^="${action}"]`).click();
  }

  /** Waits until the letter of its change stands behind the name of a file. */
  async untilLettered(label: string): Promise<void> {
    await this.row(label).first().locator('[class*="monaco-decoration-badge"]').first().waitFor();
  }

  /** Checks or unchecks the box in front of a row. */
  async check(label: string | RegExp): Promise<void> {
    const row = await this.#uncovered(label);
    await row.locator('.custom-view-tree-node-item-checkbox').click();
  }

  /** Chooses from a row's context menu. */
  async menu(label: string | RegExp, item: string): Promise<void> {
    const row = await this.#uncovered(label);
    await row.click({ button: 'right' });
    await this.#overlays.choose(item);
  }

  /** The row, with no tooltip of another above it. */
  async #uncovered(label: string | RegExp): Promise<Locator> {
    const row = this.row(label).first();
    await row.waitFor();
    await this.#overlays.putTooltipAway();
    return row;
  }
}

function exact(label: string | RegExp): RegExp {
  return label instanceof RegExp ? label : new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
