import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from './playwright.ts';
import { waitFor } from '../../support/waitFor.ts';
import { Overlays } from './overlays.ts';
import { MultiDiff } from './multiDiff.ts';
import { OutputPanel } from './outputPanel.ts';
import { QuickInput } from './quickInput.ts';
import { TreeView } from './treeView.ts';

/** Git ignores it. */
export const screenshotsFolder = join(import.meta.dirname, '../screenshots');

/** A window of VS Code, in the words of who uses it. Every wait is bounded and says what it waited for. */
export class Workbench {
  readonly page: Page;
  readonly overlays: Overlays;
  readonly quickInput: QuickInput;
  readonly output: OutputPanel;
  readonly multiDiff: MultiDiff;
  readonly actions: TreeView;
  readonly executions: TreeView;
  readonly campaigns: TreeView;
  readonly jobLogs: TreeView;
  readonly runners: TreeView;

  constructor(page: Page) {
    this.page = page;
    this.overlays = new Overlays(page);
    this.quickInput = new QuickInput(page);
    this.output = new OutputPanel(page);
    this.multiDiff = new MultiDiff(page);
    this.actions = new TreeView(page, 'Actions');
    this.executions = new TreeView(page, 'Executions');
    this.campaigns = new TreeView(page, 'Campaigns');
    this.jobLogs = new TreeView(page, 'Job Logs');
    this.runners = new TreeView(page, 'Runners');
  }

  /** Waits for the window itself; the extension wakes when something needs it. */
  async untilReady(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor();
    await this.activityIcon.waitFor();
  }

  /** Opens our views in the side bar, wide enough for what the rows say. */
  async openSideBar(): Promise<void> {
    await this.activityIcon.click();
    await this.page.locator('.pane-header', { hasText: 'Executions' }).waitFor();
    const bar = await this.page.locator('.part.sidebar').boundingBox();
    if (bar === null) throw new Error('the side bar is not there');
    const edge = bar.x + bar.width;
    await this.page.mouse.move(edge + 2, 400);
    await this.page.mouse.down();
    await this.page.mouse.move(edge + 122, 400, { steps: 5 });
    await this.page.mouse.up();
  }

  /** The number on our icon in the activity bar; undefined without one. */
  async badge(): Promise<string | undefined> {
    const badge = this.page.locator('.activitybar .action-item:has([aria-label^="Flotilla"]) .badge-content');
    return (await badge.count()) === 0 ? undefined : (await badge.first().innerText()).trim() || undefined;
  }

  /** Runs a command of ours from the command palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.fill(`>Flotilla: ${title}`);
    await this.quickInput.pick(`Flotilla: ${title}`);
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    await this.quickInput.fill(name);
    await this.quickInput.pick(name);
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
  }

  /** The text that the active editor shows at the moment, with ordinary spaces. */
  async editorText(): Promise<string> {
    const lines = await this.page.locator('.editor-instance .view-lines').allInnerTexts();
    return plain(lines.join('\n'));
  }

  /** Waits until the active editor shows a text. */
  async untilEditorShows(text: string): Promise<void> {
    await waitFor(`the editor to show "${text}"`, async () => (await this.editorText()).includes(text));
  }

  /** Waits until the cursor is in a line of the active editor, which has the focus then: it would close the box at the top. */
  async untilCursorInLine(line: number): Promise<void> {
    await this.page
      .locator('.statusbar-item[id="status.editor.selection"]', { hasText: `Ln ${line},` })
      .waitFor();
  }

  /** The titles above the text of an action file. */
  get codeLenses(): Locator {
    return this.page.locator('.codelens-decoration a');
  }

  /** The texts that VS Code underlines as errors. */
  get errorMarks(): Locator {
    return this.page.locator('.editor-instance .squiggly-error');
  }

  /** The editor tab in front. */
  async activeTab(): Promise<string> {
    return (await this.page.locator('.editor-group-container.active .tab.active').innerText()).trim();
  }

  /** A notification with a text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-list-item', { hasText: text });
  }

  /** Waits for a notification and returns its sentence. */
  async notificationText(text: string | RegExp): Promise<string> {
    const message = this.notification(text).first().locator('.notification-list-item-message');
    await message.waitFor();
    return plain(await message.innerText());
  }

  async pressNotificationButton(text: string | RegExp, button: string): Promise<void> {
    const notification = this.notification(text).first();
    await notification.waitFor();
    await notification.hover();
    await notification.locator('.monaco-button', { hasText: button }).click();
  }

  /** All notifications, also those that are not in sight any more. */
  async notifications(): Promise<readonly string[]> {
    await this.page.keyboard.press('F1');
    await this.quickInput.fill('>Notifications: Show Notifications');
    await this.quickInput.pick('Notifications: Show Notifications');
    const center = this.page.locator('.notifications-center');
    await center.waitFor();
    const texts = await center.locator('.notification-list-item-message').allInnerTexts();
    await this.page.keyboard.press('Escape');
    await center.waitFor({ state: 'hidden' });
    return texts.map(plain);
  }

  /** Puts all notifications away. */
  async clearNotifications(): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.fill('>Notifications: Clear All Notifications');
    await this.quickInput.pick('Notifications: Clear All Notifications');
    await this.page.locator('.notification-toast').waitFor({ state: 'detached' });
  }

  /** Waits for a question in the middle of the window; returns its sentence and what is said below it. */
  async dialog(): Promise<{ readonly message: string; readonly detail: string }> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor();
    const detail = box.locator('.dialog-message-detail');
    return {
      message: plain(await box.locator('.dialog-message-text').innerText()),
      detail: (await detail.count()) === 0 ? '' : plain(await detail.innerText()),
    };
  }

  /** Answers the question. */
  async pressDialogButton(name: string): Promise<void> {
    await this.clickDialogButton(name);
    await this.page.locator('.monaco-dialog-box').waitFor({ state: 'detached' });
  }

  /** The same, where another question may follow. */
  clickDialogButton(name: string): Promise<void> {
    return this.page.locator('.monaco-dialog-box .monaco-button', { hasText: name }).click();
  }

  /** What the status bar says of us. */
  async statusBar(): Promise<string> {
    return (await this.page.locator('.statusbar-item[id*="flotilla.status"]').innerText()).trim();
  }

  /** Opens the problems of the workspace. */
  async openProblems(): Promise<void> {
    await this.page.keyboard.press('Control+Shift+M');
    await this.page.locator('.markers-panel').waitFor();
  }

  /** The rows of the open problems at the moment. */
  async problems(): Promise<readonly string[]> {
    return (await this.page.locator('.markers-panel .monaco-list-row').allInnerTexts()).map(plain);
  }

  /** Presses a button of ours in the title of the editor in front. */
  async pressInTitle(name: string): Promise<void> {
    await this.page
      .locator(`.editor-group-container.active .editor-actions .action-label[aria-label^="${name}"]`)
      .click();
  }

  /** Shows the window in a theme that VS Code brings along, by the class that its colours have. */
  async theme(name: string, colors: 'vs' | 'vs-dark' | 'hc-black'): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.fill('>Preferences: Color Theme');
    await this.quickInput.pick('Preferences: Color Theme');
    await this.quickInput.fill(name);
    await this.quickInput.pick(name);
    await this.quickInput.untilClosed();
    await this.page.locator(`.monaco-workbench.${colors}`).waitFor();
  }

  /** What is in the clipboard. */
  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Makes room: puts the panel with the output away. */
  async hidePanel(): Promise<void> {
    const panel = this.page.locator('.part.panel');
    await panel.locator('.action-label.codicon-panel-close').click();
    await panel.waitFor({ state: 'hidden' });
  }

  /** Closes all editors. */
  async closeEditors(): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.fill('>View: Close All Editors');
    await this.quickInput.pick('View: Close All Editors');
    await this.page.locator('.tab').first().waitFor({ state: 'detached' });
  }

  /** Keeps a picture of the window. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screenshotsFolder, { recursive: true });
    await this.page.screenshot({ path: join(screenshotsFolder, `${name}.png`) });
  }

  get activityIcon(): Locator {
    return this.page.locator('.activitybar .action-label[aria-label^="Flotilla"]');
  }
}

/** Editors and trees write spaces that do not break. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ').trim();
}
