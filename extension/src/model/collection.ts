import type { Page } from '@flotilla/shared/protocol/liveRows';
import { onDispose, type Disposable } from '../platform/disposables.ts';
import { Emitter } from '../platform/emitter.ts';
import { HeldList } from './heldList.ts';
import { Listing, sameAs } from './listing.ts';
import type { KeyedRow, RowKind } from './liveKind.ts';
import { GatheredChanges, type RowChanges } from './rowChanges.ts';

/** Where the rows of a collection come from. What it answers has been looked at. */
export interface RowSource<Row> {
  list(of: number | undefined, after: number | undefined, limit: number): Promise<Page<Row>>;
  get(ids: readonly number[]): Promise<readonly Row[]>;
}

/** The id of the list where all rows of a kind are one. */
const theOnlyList = 0;

/** Rows of one answer. */
const pageSize = 1000;
/** Pages of one list, whatever the service says of how it goes on. */
const mostPages = 1000;

/**
 * The rows of one kind as far as this window holds them: lists that were asked for, which the feed of changes keeps. A
 * list stays for as long as somebody holds it, and a while longer; then its rows go. Nothing here waits for the others:
 * changes are gathered, and told together once all collections have taken in what came (see LiveModel).
 */
export class Collection<Row extends KeyedRow> {
  readonly #kind: RowKind<Row>;
  readonly #source: RowSource<Row>;
  readonly #parent: Collection<KeyedRow> | undefined;
  /** Called when something was gathered that the feed did not bring. */
  readonly #settle: () => void;
  /** In the order of their last use. */
  readonly #lists = new Map<number, HeldList<Row>>();
  readonly #holds = new Map<number, number>();
  /** Rows that are held with their parent, whose list is not, by the parent's id. */
  readonly #shown = new Map<number, Row>();
  /** All rows that are held. */
  readonly #rows = new Map<number, Row>();
  readonly #loading = new Map<number, Promise<void>>();
  readonly #underWay = new Set<Listing<Row>>();
  readonly #changed = new Emitter<RowChanges>();
  readonly #heard = new Emitter<readonly Row[]>();
  #gathered = new GatheredChanges();
  #wanted: number;

  /** Fires when rows that are held became other ones. */
  readonly onDidChange = this.#changed.event;
  /** Fires with all rows that a message of the feed brought, also those that are not held. */
  readonly onDidHear = this.#heard.event;

  constructor(
    kind: RowKind<Row>,
    source: RowSource<Row>,
    parent: Collection<KeyedRow> | undefined,
    settle: () => void,
  ) {
    this.#kind = kind;
    this.#source = source;
    this.#parent = parent;
    this.#settle = settle;
    this.#wanted = this.#firstWanted;
  }

  /** A row that is held. */
  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  /** The rows of a list in its order; undefined while it has not come. */
  rows(of = theOnlyList): readonly Row[] | undefined {
    return this.#lists.get(of)?.rows;
  }

  /** Whether the service has more rows of a list than were asked for, and may be asked for them. */
  hasMore(of = theOnlyList): boolean {
    const { parts } = this.#kind;
    return parts !== undefined && this.#wanted < parts.most && this.#lists.get(of)?.hasMore === true;
  }

  /** Asks for a list, unless it is held. */
  async load(of = theOnlyList): Promise<readonly Row[]> {
    this.#use(of);
    if (!this.#lists.has(of)) await this.refresh(of);
    return this.rows(of) ?? [];
  }

  /** Asks for a list. Calls for the same one at the same time share its answer. */
  refresh(of = theOnlyList): Promise<void> {
    const loading = this.#loading.get(of);
    if (loading !== undefined) return loading;
    const begun = this.#list(of).finally(() => {
      if (this.#loading.get(of) === begun) this.#loading.delete(of);
    });
    this.#loading.set(of, begun);
    return begun;
  }

  /** Asks again for every list that is held. */
  async refreshAll(): Promise<void> {
    const lists = this.#kind.parent === undefined ? [theOnlyList] : [...this.#lists.keys()];
    await Promise.all(lists.map((of) => this.refresh(of)));
  }

  /** Asks for a further part of a list. */
  async loadMore(of = theOnlyList): Promise<void> {
    const { parts } = this.#kind;
    if (parts === undefined) return;
    this.#wanted = Math.min(parts.most, this.#wanted + parts.size);
    await this.refresh(of);
  }

  /** Keeps a list, once it was asked for, until the hold is disposed. */
  hold(of: number): Disposable {
    this.#holds.set(of, (this.#holds.get(of) ?? 0) + 1);
    return onDispose(() => {
      const left = (this.#holds.get(of) ?? 1) - 1;
      if (left > 0) this.#holds.set(of, left);
      else this.#holds.delete(of);
      this.#use(of);
      this.#evict();
    });
  }

  /** Takes in a row that a call answered, or as it will be when the service has heard of it. */
  put(row: Row): void {
    this.#take(row);
    this.#settle();
  }

  /** Takes in what the feed says. */
  hear(rows: readonly Row[], gone: readonly number[]): void {
    for (const row of rows) this.#take(row);
    for (const id of gone) this.#remove(id);
    if (rows.length > 0) this.#heard.fire(rows);
  }

  /**
   * The feed has left out what it had to say, or begins anew: what is held by somebody is listed again, the rest goes.
   * A failure shows as the connection's state, and the next connection lists again.
   */
  outdate(): void {
    for (const listing of this.#underWay) listing.isOutdated = true;
    for (const of of this.#lists.keys()) if (!this.#isHeld(of)) this.#drop(of);
    this.#forgetShown(() => true);
    this.#gathered.isOutdated = true;
    const wanted = this.#kind.parent === undefined ? [theOnlyList] : this.#holds.keys();
    for (const of of wanted) this.refresh(of).catch(() => undefined);
  }

  /** Forgets everything: another service is meant from now on. */
  clear(): void {
    for (const listing of this.#underWay) listing.isOutdated = true;
    this.#underWay.clear();
    this.#loading.clear();
    this.#wanted = this.#firstWanted;
    for (const of of this.#lists.keys()) this.#drop(of);
    this.#forgetShown(() => true);
    this.#gathered.isOutdated = true;
  }

  /** Takes in what became of the rows that the lists belong to. */
  followParent(): void {
    const { parent: relation } = this.#kind;
    const parent = this.#parent;
    if (relation === undefined || parent === undefined) return;
    const { gone, rows, listed, dropped, isOutdated } = parent.#gathered;
    for (const id of gone) this.#drop(id);
    for (const id of rows) this.#followSize(id, parent.get(id));
    if (relation.shownOf === undefined) return;
    if (rows.size > 0 || gone.size > 0 || dropped.size > 0 || isOutdated) {
      this.#forgetShown((row) => !this.#isShown(row));
    }
    const missing = [...listed]
      .flatMap((of) => parent.rows(of) ?? [])
      .flatMap((row) => relation.shownOf?.(row) ?? [])
      .filter((id) => !this.#rows.has(id));
    for (let from = 0; from < missing.length; from += pageSize) {
      this.#fetch(missing.slice(from, from + pageSize)).catch(() => undefined);
    }
  }

  /** Tells what was gathered; says whether it was anything. */
  tell(): boolean {
    const gathered = this.#gathered;
    if (gathered.isEmpty) return false;
    this.#gathered = new GatheredChanges();
    this.#changed.fire(gathered);
    return true;
  }

  get #firstWanted(): number {
    return this.#kind.parts?.size ?? Infinity;
  }

  #listOf(row: Row): number {
    return this.#kind.parent?.idOf(row) ?? theOnlyList;
  }

  #isHeld(of: number): boolean {
    return this.#kind.parent === undefined || this.#holds.has(of);
  }

  #take(row: Row): void {
    const of = this.#listOf(row);
    for (const listing of this.#underWay) {
      if (listing.of === undefined || listing.of === of) listing.note(row.id, row);
    }
    const held = this.#rows.get(row.id);
    if (held !== undefined && sameAs(held, row) === held) return;
    const list = this.#lists.get(of);
    if (list !== undefined) this.#takeIntoList(of, list, row);
    else if (this.#isShown(row)) this.#show(of, row);
    else if (held !== undefined) this.#forgetShown((shown) => shown === held);
  }

  #takeIntoList(of: number, list: HeldList<Row>, row: Row): void {
    if (list.get(row.id) === undefined) this.#gathered.members.add(of);
    this.#rows.set(row.id, row);
    for (const { id } of list.set(row)) this.#rows.delete(id);
    this.#gathered.rows.add(row.id);
    this.#gathered.lists.add(of);
  }

  #remove(id: number): void {
    for (const listing of this.#underWay) listing.note(id, undefined);
    this.#gathered.gone.add(id);
    const row = this.#rows.get(id);
    if (row === undefined) return;
    const of = this.#listOf(row);
    this.#rows.delete(id);
    this.#shown.delete(of);
    if (this.#lists.get(of)?.delete(id) !== true) return;
    this.#gathered.members.add(of);
    this.#gathered.lists.add(of);
  }

  async #list(of: number): Promise<void> {
    let listing: Listing<Row>;
    do {
      listing = new Listing<Row>(of, this.#kind.mostOfAList);
      this.#underWay.add(listing);
      try {
        const { rows, hasMore } = await this.#readPages(of, listing);
        // Of a listing that was forgotten another service is meant.
        if (!this.#underWay.has(listing)) return;
        if (!listing.isOutdated)
          this.#takeList(
            of,
            listing.settle(rows, (id) => this.#rows.get(id)),
            hasMore,
          );
      } finally {
        this.#underWay.delete(listing);
      }
    } while (listing.isOutdated);
    this.#evict();
    this.#settle();
  }

  async #readPages(
    of: number,
    listing: Listing<Row>,
  ): Promise<{ readonly rows: ReadonlyMap<number, Row>; readonly hasMore: boolean }> {
    const most = Math.min(this.#wanted, this.#kind.mostOfAList);
    const rows = new Map<number, Row>();
    let after: number | undefined;
    for (let pages = 0; pages < mostPages && rows.size < most && !listing.isOutdated; pages++) {
      const limit = Math.min(pageSize, most - rows.size);
      const parent = this.#kind.parent === undefined ? undefined : of;
      const page: Page<Row> = await this.#source.list(parent, after, limit);
      for (const row of page.rows) if (this.#listOf(row) === of) rows.set(row.id, row);
      if (page.next === null) return { rows, hasMore: false };
      after = page.next;
    }
    return { rows, hasMore: true };
  }

  #takeList(of: number, rows: Map<number, Row>, hasMore: boolean): void {
    const before = this.#lists.get(of);
    const list = new HeldList(this.#kind, rows, hasMore);
    const parent = this.#parent?.get(of);
    list.size = parent === undefined ? undefined : this.#kind.parent?.size?.(parent);
    let isOther = before === undefined || before.count !== list.count;
    for (const id of before?.ids ?? []) if (list.get(id) === undefined) this.#rows.delete(id);
    for (const row of list.rows) {
      const { id } = row;
      const held = before?.get(id);
      if (held === undefined) isOther = true;
      else if (held !== row) {
        this.#gathered.rows.add(id);
        this.#gathered.lists.add(of);
      }
      this.#rows.set(id, row);
    }
    this.#shown.delete(of);
    this.#lists.set(of, list);
    this.#gathered.listed.add(of);
    if (!isOther) return;
    this.#gathered.members.add(of);
    this.#gathered.lists.add(of);
  }

  async #fetch(ids: readonly number[]): Promise<void> {
    const listing = new Listing<Row>(undefined, this.#kind.mostOfAList);
    this.#underWay.add(listing);
    try {
      const rows = await this.#source.get(ids);
      if (!this.#underWay.has(listing) || listing.isOutdated) return;
      for (const row of listing.settle(new Map(rows.map((row) => [row.id, row])), () => undefined).values()) {
        this.#take(row);
      }
    } finally {
      this.#underWay.delete(listing);
    }
    this.#settle();
  }

  /** Asks for a list again whose parent says that it has become longer or shorter. */
  #followSize(parentId: number, parent: KeyedRow | undefined): void {
    const list = this.#lists.get(parentId);
    const size = parent === undefined ? undefined : this.#kind.parent?.size?.(parent);
    if (list === undefined || size === undefined || size === list.size) return;
    list.size = size;
    this.refresh(parentId).catch(() => undefined);
  }

  /** Whether a row is the one that is held with its parent. */
  #isShown(row: Row): boolean {
    const parent = this.#parent?.get(this.#listOf(row));
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

  #forgetShown(isOver: (row: Row) => boolean): void {
    for (const [of, row] of this.#shown) {
      if (!isOver(row)) continue;
      this.#shown.delete(of);
      this.#rows.delete(row.id);
    }
  }

  /** A list that was used goes to the end. */
  #use(of: number): void {
    const list = this.#lists.get(of);
    if (list === undefined) return;
    this.#lists.delete(of);
    this.#lists.set(of, list);
  }

  #evict(): void {
    const kept = this.#kind.parent?.kept;
    if (kept === undefined) return;
    const idle = [...this.#lists].filter(([of]) => !this.#isHeld(of));
    let rows = idle.reduce((sum, [, list]) => sum + list.count, 0);
    let lists = idle.length;
    for (const [of, list] of idle) {
      if (lists <= kept.lists && rows <= kept.rows) break;
      rows -= list.count;
      lists -= 1;
      this.#drop(of);
    }
    this.#settle();
  }

  #drop(of: number): void {
    const list = this.#lists.get(of);
    const shown = this.#shown.get(of);
    if (shown !== undefined) this.#forgetShown((row) => row === shown);
    if (list === undefined) return;
    this.#lists.delete(of);
    for (const id of list.ids) this.#rows.delete(id);
    this.#gathered.dropped.add(of);
    for (const row of list.rows) if (this.#isShown(row)) this.#show(of, row);
  }
}
