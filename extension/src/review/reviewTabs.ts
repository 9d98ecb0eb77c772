import { window } from 'vscode';
import { setContextKey } from '../contributions/contextKeys.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { shownText } from '../platform/shownText.ts';
import { isTabOf } from './isTabOf.ts';

/** Which Execution the multi-diff editors are about: VS Code says of their tabs only what they are called. */
export class ReviewTabs implements Disposable {
  readonly #owned = new Disposables();
  /** The Execution by the title of a tab. */
  readonly #executions = new Map<string, number>();

  constructor() {
    this.#owned.own(window.tabGroups.onDidChangeTabs(() => this.#show()));
    this.#owned.own(window.tabGroups.onDidChangeTabGroups(() => this.#show()));
  }

  /** A tab of this title, which is about to be opened, shows changes of an Execution. */
  add(title: string, executionId: number): void {
    this.#executions.set(shownText('row', title), executionId);
  }

  /** Another service is meant from now on. */
  clear(): void {
    this.#executions.clear();
    this.#show();
  }

  /** The Execution of the tab in front. */
  get inFront(): number | undefined {
    const label = window.tabGroups.activeTabGroup.activeTab?.label ?? '';
    return [...this.#executions].find(([title]) => isTabOf(label, title))?.[1];
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #show(): void {
    setContextKey('flotilla:reviewInFront', this.inFront !== undefined);
  }
}
