import type { ActionView } from '@flotilla/shared/views';
import type { Connection } from '../connection/connection.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { Emitter } from '../platform/emitter.ts';
import { liveExecutions } from './liveExecutions.ts';
import type { LiveModel } from './liveModel.ts';

/** The Actions that the service keeps, listed once per connection and again when an Execution is new. */
export class Catalogue implements Disposable {
  readonly #connection: Connection;
  readonly #owned = new Disposables();
  readonly #changed = new Emitter<void>();
  #actions: readonly ActionView[] = [];

  readonly onDidChange = this.#changed.event;

  constructor(connection: Connection, model: LiveModel) {
    this.#connection = connection;
    // The feed says nothing about Actions; a new Execution may have brought a new version of one.
    this.#owned.own(
      model.of(liveExecutions).onDidChange(({ members }) => {
        if (members.size > 0 && connection.state.kind === 'online') this.refresh().catch(() => undefined);
      }),
    );
    this.#owned.own(connection.onDidChangeServer(() => this.#set([])));
  }

  /** By name. */
  get actions(): readonly ActionView[] {
    return this.#actions;
  }

  find(actionId: number): ActionView | undefined {
    return this.#actions.find((action) => action.id === actionId);
  }

  async refresh(): Promise<void> {
    this.#set(await this.#connection.use((client) => client.actions.list.query()));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #set(actions: readonly ActionView[]): void {
    const sorted = actions.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
    if (JSON.stringify(sorted) === JSON.stringify(this.#actions)) return;
    this.#actions = sorted;
    this.#changed.fire();
  }
}
