import { onDispose, type Disposable } from '../platform/disposables.ts';
import { HeldList } from './heldList.ts';
import { sameAs } from './listing.ts';
import type { KeyedRow, RowKind } from './liveKind.ts';
import { GatheredChanges } from './rowChanges.ts';

/** The id of the list where all rows of a kind are one. */
export const theOnlyList = 0;

/**
 * The rows of one kind that a window has, by lists, and what becomes of them. A list stays for as long as somebody holds
 * it, and a while longer; then its rows go. One row may be held with its parent, whose list is not.
 */
export class HeldRows<Row extends KeyedRow> {
  readonly #kind: RowKind<Row>;
  readonly #parentOf: (id: number) => KeyedRow | undefined;
  /** In the order of their last use. */
  readonly #lists = new Map<number, HeldList<Row>>();
  readonly #holds = new Map<number, number>();
  /** Rows that are held with their parent, by the parent's id. */
  readonly #shown = new Map<number, Row>();
  /** Rows that are held though their list was asked for a part at a time, and has not come to them. */
  readonly #pinned = new Set<number>();
  /** All rows that are held. */
  readonly #rows = new Map<number, Row>();
  #gathered = new GatheredChanges();

  /** `parentOf`: the row that a list belongs to. */
  constructor(kind: RowKind<Row>, parentOf: (id: number) => KeyedRow | undefined) {
    this.#kind = kind;
    this.#parentOf = parentOf;
  }

  /** What became of rows since it was taken last. */
  get gathered(): GatheredChanges {
    return this.#gathered;
  }

  /** Hands over what became of rows, to tell it. */
  takeGathered(): GatheredChanges {
    const gathered = this.#gathered;
    this.#gathered = new GatheredChanges();
    return gathered;
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  list(of: number): HeldList<Row> | undefined {
    return this.#lists.get(of);
  }

  /** The lists that are held by somebody: the only one always is. */
  get heldLists(): readonly number[] {
    return this.#kind.parent === undefined ? [theOnlyList] : [...this.#holds.keys()];
  }

  /** The lists that have come. */
  get lists(): readonly number[] {
    return [...this.#lists.keys()];
  }

  /** The ids of rows that somebody wants beside the part of the list that was asked for. */
  get pinned(): Iterable<number> {
    return this.#pinned;
  }

  /** Keeps a row in its list, also where that was not asked for as far as it. */
  pin(row: Row): void {
    if (this.#kind.parts === undefined) return;
    if (this.#lists.get(this.listOf(row))?.isBeyond(row.id) !== false) this.#pinned.add(row.id);
  }

  listOf(row: Row): number {
    return this.#kind.parent?.idOf(row) ?? theOnlyList;
  }

  /** Keeps a list until the hold is disposed. */
  hold(of: number): Disposable {
    this.#holds.set(of, (this.#holds.get(of) ?? 0) + 1);
    return onDispose(() => {
      const left = (this.#holds.get(of) ?? 1) - 1;
      if (left > 0) this.#holds.set(of, left);
      else this.#holds.delete(of);
      this.use(of);
      this.evict();
    });
  }

  /** A list that was used is the last one to go. */
  use(of: number): void {
    const list = this.#lists.get(of);
    if (list === undefined) return;
    this.#lists.delete(of);
    this.#lists.set(of, list);
  }

  /** Takes a row in where its list is held and has come to it, or it is held with its parent. */
  take(row: Row): void {
    const of = this.listOf(row);
    const held = this.#rows.get(row.id);
    if (row === held) return;
    const list = this.#lists.get(of);
    if (list !== undefined) {
      if (held !== undefined || !this.#isLeftOut(list, row.id)) this.#takeIntoList(of, list, row);
    } else if (this.#isShown(row)) this.#show(of, row);
    else if (held !== undefined) this.forgetShown((shown) => shown === held);
  }

  /** The row that is held when it is equal to this one: then nothing has changed. */
  known(row: Row): Row {
    return sameAs(this.#rows.get(row.id), row);
  }

  /** The service has a row no more. */
  remove(id: number): void {
    this.#gathered.gone.add(id);
    this.#pinned.delete(id);
    const row = this.#rows.get(id);
    if (row === undefined) return;
    const of = this.listOf(row);
    this.#rows.delete(id);
    this.#shown.delete(of);
    if (this.#lists.get(of)?.delete(id) !== true) return;
    this.#gathered.members.add(of);
    this.#gathered.lists.add(of);
  }

  /**
   * Takes a list in, in place of the one that was held. `lowest`: the lowest id of a part that was listed, of which the feed
   * may have named rows beyond it meanwhile.
   */
  takeList(
    of: number,
    rows: Map<number, Row>,
    part: { readonly hasMore: boolean; readonly lowest: number | undefined },
  ): void {
    const before = this.#lists.get(of);
    const list = new HeldList(this.#kind, rows, part);
    for (const id of list.ids) if (this.#isLeftOut(list, id)) list.delete(id);
    for (const id of this.#pinned) if (list.get(id) === undefined) this.#pinned.delete(id);
    const parent = this.#parentOf(of);
    list.size = parent === undefined ? undefined : this.#kind.parent?.size?.(parent);
    let isOther = before === undefined || before.count !== list.count;
    for (const id of before?.ids ?? []) if (list.get(id) === undefined) this.#rows.delete(id);
    for (const row of list.rows) {
      const held = before?.get(row.id);
      if (held === undefined) isOther = true;
      else if (held !== row) {
        this.#gathered.rows.add(row.id);
        this.#gathered.lists.add(of);
      }
      this.#rows.set(row.id, row);
    }
    this.#shown.delete(of);
    this.#lists.set(of, list);
    this.#gathered.listed.add(of);
    if (!isOther) return;
    this.#gathered.members.add(of);
    this.#gathered.lists.add(of);
  }

  /** Lets go of rows that were held with their parent and are not any more. */
  forgetShown(isOver: (row: Row) => boolean = (row) => !this.#isShown(row)): void {
    for (const [of, row] of this.#shown) {
      if (!isOver(row)) continue;
      this.#shown.delete(of);
      this.#rows.delete(row.id);
    }
  }

  /** Lets go of lists that nobody holds, where they are too many. That of the last use stays, however long it is. */
  evict(): void {
    const kept = this.#kind.parent?.kept;
    if (kept === undefined) return;
    const idle = this.#idleLists();
    let rows = idle.reduce((sum, [, list]) => sum + list.count, 0);
    let lists = idle.length;
    for (const [of, list] of idle.slice(0, -1)) {
      if (lists <= kept.lists && rows <= kept.rows) return;
      rows -= list.count;
      lists -= 1;
      this.drop(of);
    }
  }

  /** Lets go of all lists that nobody holds. */
  evictAll(): void {
    if (this.#kind.parent === undefined) return;
    for (const [of] of this.#idleLists()) this.drop(of);
  }

  /** Lets go of everything, and of what somebody wanted beside it. */
  clear(): void {
    this.#pinned.clear();
    for (const of of this.lists) this.drop(of);
  }

  /** Lets go of a list. */
  drop(of: number): void {
    const list = this.#lists.get(of);
    const shown = this.#shown.get(of);
    if (shown !== undefined) this.forgetShown((row) => row === shown);
    if (list === undefined) return;
    this.#lists.delete(of);
    for (const id of list.ids) this.#rows.delete(id);
    this.#gathered.dropped.add(of);
    for (const row of list.rows) if (this.#isShown(row)) this.#show(of, row);
  }

  #isLeftOut(list: HeldList<Row>, id: number): boolean {
    return list.isBeyond(id) && !this.#pinned.has(id);
  }

  #idleLists(): readonly (readonly [number, HeldList<Row>])[] {
    return [...this.#lists].filter(([of]) => !this.#holds.has(of));
  }

  #takeIntoList(of: number, list: HeldList<Row>, row: Row): void {
    if (list.get(row.id) === undefined) this.#gathered.members.add(of);
    this.#rows.set(row.id, row);
    for (const { id } of list.set(row)) this.#rows.delete(id);
    this.#gathered.rows.add(row.id);
    this.#gathered.lists.add(of);
  }

  /** Whether a row is the one that is held with its parent. */
  #isShown(row: Row): boolean {
    const parent = this.#parentOf(this.listOf(row));
    return parent !== undefined && this.#kind.parent?.shownOf?.(parent) === row.id;
  }

  #show(of: number, row: Row): void {
    const before = this.#shown.get(of);
    if (before !== undefined) this.#rows.delete(before.id);
    this.#shown.set(of, row);
    this.#rows.set(row.id, row);
    this.#gathered.rows.add(row.id);
    this.#gathered.lists.add(of);
  }
}
