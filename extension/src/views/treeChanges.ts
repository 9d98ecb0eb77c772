import { EventEmitter } from 'vscode';
import { Coalescer } from '../platform/coalescer.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';

/** A storm of changes redraws a row at most four times a second. */
const rowIntervalMs = 250;

/**
 * Tells VS Code which rows of a tree to draw again: few at a time, and never while it waits for children. A refresh
 * that overtakes children under way makes VS Code forget rows that it goes on showing ("No tree item with id …").
 */
export class TreeChanges<N> implements Disposable {
  readonly #owned = new Disposables();
  readonly #emitter = this.#owned.own(new EventEmitter<N | N[] | undefined>());
  readonly #rows = this.#owned.own(new Coalescer<N | 'all'>(rowIntervalMs, (changed) => this.#emit(changed)));
  readonly #tree: Coalescer<N | 'all'>;
  readonly #parentOf: (node: N) => N | undefined;
  #underWay = 0;
  #rootUnderWay = 0;
  #held = new Set<N | 'all'>();

  readonly event = this.#emitter.event;

  /** `treeIntervalMs`: the whole tree is drawn again at most so often. */
  constructor(parentOf: (node: N) => N | undefined, treeIntervalMs: number) {
    this.#parentOf = parentOf;
    this.#tree = this.#owned.own(new Coalescer<N | 'all'>(treeIntervalMs, (changed) => this.#emit(changed)));
  }

  /** Draws these rows again, with what is below them. */
  redraw(nodes: Iterable<N>): void {
    this.#rows.add(nodes);
  }

  /** Draws the whole tree again; where its root is just being loaded, that load brings what there is to draw. */
  redrawAll(): void {
    if (this.#rootUnderWay === 0) this.#tree.add(['all']);
  }

  /**
   * Loads the children of a node that VS Code asked for, of the root without one. Of the root they must be read when
   * all waiting is over: what changed meanwhile is then in them.
   */
  async load<T>(node: N | undefined, children: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    if (node === undefined) this.#rootUnderWay += 1;
    try {
      return await children();
    } finally {
      this.#underWay -= 1;
      if (node === undefined) {
        this.#rootUnderWay -= 1;
        this.#held.delete('all');
      }
      if (this.#underWay === 0 && this.#held.size > 0) {
        this.#rows.add(this.#held);
        this.#held = new Set();
      }
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #emit(changed: ReadonlySet<N | 'all'>): void {
    if (this.#underWay > 0) {
      for (const item of changed) this.#held.add(item);
      return;
    }
    if (changed.has('all')) {
      this.#emitter.fire(undefined);
      return;
    }
    const nodes = [...changed].filter((item): item is N => item !== 'all');
    // A row takes those below it along.
    const uppermost = nodes.filter((node) => {
      const parent = this.#parentOf(node);
      return parent === undefined || !changed.has(parent);
    });
    this.#emitter.fire(uppermost);
  }
}
