import { Coalescer } from '../platform/coalescer.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { Emitter } from '../platform/emitter.ts';

/** A storm of changes redraws a row at most four times a second. */
const rowIntervalMs = 250;
/** Rows that are looked at in one go, a few milliseconds; what is left over has its turn after the next interval. */
const mostAtOnce = 500;
/**
 * Where more rows below one have changed, that one is drawn again with all that is below it: VS Code looks for each row
 * among all beside it.
 */
const mostSiblings = 1000;

export interface TreeOfChanges<N> {
  parentOf(node: N): N | undefined;
  /** Whether VS Code shows the row of a node otherwise than it looks now. */
  isOutdated(node: N): boolean;
}

/**
 * Tells VS Code which rows of a tree to draw again: few at a time, and never while it waits for children. A refresh
 * that overtakes children under way makes VS Code forget rows that it goes on showing ("No tree item with id …").
 */
export class TreeChanges<N> implements Disposable {
  readonly #owned = new Disposables();
  readonly #emitter = new Emitter<N | N[] | undefined>();
  readonly #rows = this.#owned.own(new Coalescer<N | 'all'>(rowIntervalMs, (changed) => this.#emit(changed)));
  readonly #tree: Coalescer<N | 'all'>;
  readonly #of: TreeOfChanges<N>;
  /** Rows that are drawn again however they look: others may be below them. */
  #certain = new Set<N>();
  #underWay = 0;
  #rootUnderWay = 0;
  #held = new Set<N | 'all'>();

  readonly event = this.#emitter.event;

  /** `treeIntervalMs`: the whole tree is drawn again at most so often. */
  constructor(of: TreeOfChanges<N>, treeIntervalMs: number | (() => number)) {
    this.#of = of;
    this.#tree = this.#owned.own(new Coalescer<N | 'all'>(treeIntervalMs, (changed) => this.#emit(changed)));
  }

  /** Draws those of these rows again that look otherwise than VS Code shows them. */
  look(nodes: Iterable<N>): void {
    this.#rows.add(nodes);
  }

  /** Draws these rows again, with what is below them. */
  redraw(nodes: Iterable<N>): void {
    for (const node of nodes) {
      this.#certain.add(node);
      this.#rows.add([node]);
    }
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
      this.#certain = new Set();
      this.#emitter.fire(undefined);
      return;
    }
    const nodes = this.#withoutCrowds([...changed].filter((item): item is N => item !== 'all'));
    this.#rows.add(nodes.slice(mostAtOnce));
    const drawn = new Set(nodes.slice(0, mostAtOnce).filter((node) => this.#isDue(node)));
    // A row takes those below it along.
    const uppermost = [...drawn].filter((node) => {
      const parent = this.#of.parentOf(node);
      return parent === undefined || !drawn.has(parent);
    });
    if (uppermost.length > 0) this.#emitter.fire(uppermost);
  }

  #isDue(node: N): boolean {
    return this.#certain.delete(node) || this.#of.isOutdated(node);
  }

  /** The rows, with one in place of very many below it. */
  #withoutCrowds(nodes: readonly N[]): readonly N[] {
    if (nodes.length <= mostSiblings) return nodes;
    const byParent = Map.groupBy(nodes, (node) => this.#of.parentOf(node));
    return [...byParent].flatMap(([parent, below]) => {
      if (parent === undefined || below.length <= mostSiblings) return below;
      for (const node of below) this.#certain.delete(node);
      this.#certain.add(parent);
      return [parent];
    });
  }
}
