import type { ExecutionView } from '@flotilla/shared/views';
import { l10n, StatusBarAlignment, ThemeColor, window, type StatusBarItem } from 'vscode';
import type { Connection } from '../connection/connection.ts';
import { describeState } from '../connection/describe.ts';
import { readSetting } from '../contributions/settings.ts';
import type { Collection } from '../model/collection.ts';
import { liveExecutions, unendedExecutions } from '../model/liveExecutions.ts';
import type { LiveModel } from '../model/liveModel.ts';
import { Disposables, onDispose, type Disposable } from '../platform/disposables.ts';
import { shownText } from '../platform/shownText.ts';

/** So long a connection may be away before the item turns red: a service that restarts is back sooner. */
const alarmMs = 30_000;

/** The one item in the status bar: what runs, or how the connection is. */
export class StatusBar implements Disposable {
  readonly #connection: Connection;
  readonly #executions: Collection<ExecutionView>;
  readonly #owned = new Disposables();
  readonly #item: StatusBarItem;
  #alarm: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection, model: LiveModel) {
    this.#connection = connection;
    this.#executions = model.of(liveExecutions);
    this.#item = this.#owned.own(window.createStatusBarItem('flotilla.status', StatusBarAlignment.Left, 10));
    this.#item.name = 'Flotilla';
    this.#owned.own(connection.onDidChangeState(() => this.show()));
    this.#owned.own(model.onDidChange(() => this.show()));
    this.#owned.own(onDispose(() => clearTimeout(this.#alarm)));
  }

  /** Draws the item again, also after a setting changed. */
  show(): void {
    clearTimeout(this.#alarm);
    const { state } = this.#connection;
    if (state.kind === 'unconfigured' || !readSetting('statusBar.enabled')) {
      this.#item.hide();
      return;
    }
    const running = unendedExecutions(this.#executions).length;
    this.#item.command = 'flotilla.executions.focus';
    this.#item.backgroundColor = undefined;
    this.#item.tooltip = shownText('tooltip', describeState(state));
    switch (state.kind) {
      case 'online':
      case 'idle':
        this.#item.text = running === 0 ? '$(run-all) Flotilla' : l10n.t('$(sync~spin) {0} running', running);
        break;
      case 'connecting':
        this.#item.text = l10n.t('$(sync~spin) Flotilla');
        break;
      case 'offline': {
        this.#item.text = l10n.t('$(debug-disconnect) Flotilla: offline');
        const leftMs = state.since + alarmMs - Date.now();
        if (leftMs <= 0) this.#item.backgroundColor = new ThemeColor('statusBarItem.errorBackground');
        else this.#alarm = setTimeout(() => this.show(), leftMs);
        break;
      }
      case 'signedOut':
        this.#item.text = l10n.t('$(plug) Flotilla: sign in');
        this.#item.command = 'flotilla.connect';
        break;
      case 'blocked':
      case 'incompatible':
        this.#item.text = l10n.t('$(warning) Flotilla');
        break;
    }
    this.#item.show();
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
