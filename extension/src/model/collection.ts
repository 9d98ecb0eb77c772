import type { Page } from '@flotilla/shared/protocol/liveRows';
import { onDispose, type Disposable } from '../platform/disposables.ts';
import { Emitter } from '../platform/emitter.ts';
import { HeldRows, theOnlyList } from './heldRows.ts';
import { Listing } from './listing.ts';
import type { KeyedRow, RowKind } from './liveKind.ts';
import type { RowChanges } from './rowChanges.ts';

/** Where the rows of a collection come from. What it answers has been looked at. */
export interface RowSource<Row> {
  list(of: number | undefined, after: number | undefined, limit: number): Promise<Page<Row>>;
  get(ids: readonly number[]): Promise<readonly Row[]>;
}

/** Rows of a list, from its beginning. */
interface Part<Row> {
  readonly rows: ReadonlyMap<number, Row>;
  /** Whether the list goes on. */
  readonly hasMore: boolean;
  /** The lowest id that was listed, where a list that is asked for a part at a time goes on below it. */
  readonly lowest: number | undefined;
}

/** Rows of one answer. */
const pageSize = 1000;
/** Pages of one list, whatever the service says of how it goes on. */
const mostPages = 1000;

/**
 * The rows of one kind as far as this window holds them: lists that were asked for, which the feed of changes keeps.
 * Nothing here waits for other collections: changes are gathered, and told together once all have taken in what came
 * (see LiveModel).
 */
export class Collection<Row extends KeyedRow> {
  readonly #kind: RowKind<Row>;
  readonly #source: RowSource<Row>;
  readonly #parent: Collection<KeyedRow> | undefined;
  /** Called when something was gathered that the feed did not bring. */
  readonly #settle: () => void;
  readonly #rows: HeldRows<Row>;
  readonly #loading = new Map<number, Promise<void>>();
  readonly #underWay = new Set<Listing<Row>>();
  readonly #changed = new Emitter<RowChanges>();
  readonly #heard = new Emitter<readonly Row[]>();
  /** Rows that are asked for of a list. */
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
    this.#rows = new HeldRows(kind, (id) => parent?.get(id));
    this.#wanted = kind.parts?.size ?? Infinity;
  }

  /** A row that is held. */
  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  /** The rows of a list in its order; undefined while it has not come. */
  rows(of = theOnlyList): readonly Row[] | undefined {
    return this.#rows.list(of)?.rows;
  }

  /** Whether the service has more rows of a list than were asked for, and may be asked for them. */
  hasMore(of = theOnlyList): boolean {
    const { parts } = this.#kind;
    return parts !== undefined && this.#wanted < parts.most && this.#rows.list(of)?.hasMore === true;
  }

  /** Asks for a list, unless it is held and followed. */
  load(of = theOnlyList): Promise<readonly Row[]> {
    return this.whileHeld(of, (rows) => rows);
  }

  /** Does something with the rows of a list as {@link load} gives them. It stays meanwhile. */
  async whileHeld<T>(of: number, work: (rows: readonly Row[]) => T | Promise<T>): Promise<T> {
    const hold = this.hold(of);
    try {
      if (this.#rows.list(of)?.isFollowed !== true) await this.refresh(of);
      return await work(this.rows(of) ?? []);
    } finally {
      hold.dispose();
    }
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
    const lists = new Set([...this.#rows.lists, ...this.#rows.heldLists]);
    await Promise.all([...lists].map((of) => this.refresh(of)));
  }

  /** Asks for a further part of a list. */
  async loadMore(of = theOnlyList): Promise<void> {
    const { parts } = this.#kind;
    if (parts === undefined) return;
    this.#wanted = Math.min(parts.most, this.#wanted + parts.size);
    // What is asked for already would bring the part that was wanted then.
    for (const listing of this.#underWay) if (listing.of === of) listing.isOutdated = true;
    await this.refresh(of);
  }

  /** Keeps a list, once it was asked for, until the hold is disposed. */
  hold(of: number): Disposable {
    const hold = this.#rows.hold(of);
    return onDispose(() => {
      hold.dispose();
      if (!this.#rows.gathered.isEmpty) this.#settle();
    });
  }

  /**
   * Takes in a row that a call answered, or as it will be when the service has heard of it. It stays, also where its list
   * was not asked for as far as it.
   */
  put(row: Row): void {
    this.#rows.pin(row);
    this.#take(row);
    this.#settle();
  }

  /** Takes in what the feed says. */
  hear(rows: readonly Row[], gone: readonly number[]): void {
    for (const row of rows) this.#take(row);
    for (const id of gone) {
      for (const listing of this.#underWay) listing.note(id, undefined);
      this.#rows.remove(id);
    }
    if (rows.length > 0) this.#heard.fire(rows);
  }

  /**
   * The feed has left out what it had to say, or begins anew: what is held by somebody is listed again, the rest goes.
   * A failure shows as the connection's state, and the next connection lists again.
   */
  outdate(): void {
    for (const listing of this.#underWay) listing.isOutdated = true;
    this.#letGo();
    for (const of of this.#rows.heldLists) this.refresh(of).catch(() => undefined);
  }

  /** Nothing tells of changes any more: who wants a list is not content with the one that is held. */
  age(): void {
    for (const of of this.#rows.lists) {
      const list = this.#rows.list(of);
      if (list !== undefined) list.isFollowed = false;
    }
  }

  /** Forgets everything: another service is meant from now on. */
  clear(): void {
    for (const listing of this.#underWay) listing.isOutdated = true;
    this.#underWay.clear();
    this.#loading.clear();
    this.#wanted = this.#kind.parts?.size ?? Infinity;
    this.#rows.clear();
    this.#letGo();
  }

  /** Takes in what became of the rows that the lists belong to. */
  followParent(): void {
    const { parent: relation } = this.#kind;
    const parent = this.#parent;
    if (relation === undefined || parent === undefined) return;
    const { gone, rows, listed, dropped, isOutdated } = parent.#rows.gathered;
    for (const id of gone) this.#rows.drop(id);
    for (const id of rows) this.#followSize(id, parent.get(id));
    if (relation.shownOf === undefined) return;
    if (rows.size > 0 || gone.size > 0 || dropped.size > 0 || isOutdated) this.#rows.forgetShown();
    const missing = [...listed]
      .flatMap((of) => parent.rows(of) ?? [])
      .flatMap((row) => relation.shownOf?.(row) ?? [])
      .filter((id) => this.get(id) === undefined);
    for (let from = 0; from < missing.length; from += pageSize) {
      this.#fetch(missing.slice(from, from + pageSize)).catch(() => undefined);
    }
  }

  /** Tells what was gathered; says whether it was anything. */
  tell(): boolean {
    if (this.#rows.gathered.isEmpty) return false;
    this.#changed.fire(this.#rows.takeGathered());
    return true;
  }

  #letGo(): void {
    this.#rows.evictAll();
    this.#rows.forgetShown(() => true);
    this.#rows.gathered.isOutdated = true;
  }

  #take(said: Row): void {
    const row = this.#rows.known(said);
    const of = this.#rows.listOf(row);
    for (const listing of this.#underWay) {
      if (listing.of === undefined || listing.of === of) listing.note(row.id, row);
    }
    this.#rows.take(row);
  }

  async #list(of: number): Promise<void> {
    let listing: Listing<Row>;
    do {
      listing = new Listing<Row>(of, this.#kind.mostOfAList);
      this.#underWay.add(listing);
      try {
        const { rows, ...part } = await this.#readPages(of, listing);
        // Of a listing that was forgotten another service is meant.
        if (!this.#underWay.has(listing)) return;
        if (!listing.isOutdated) this.#rows.takeList(of, listing.settle(rows), part);
      } finally {
        this.#underWay.delete(listing);
      }
    } while (listing.isOutdated);
    this.#rows.evict();
    this.#settle();
  }

  async #readPages(of: number, listing: Listing<Row>): Promise<Part<Row>> {
    const { parts, mostOfAList } = this.#kind;
    const most = Math.min(this.#wanted, mostOfAList);
    const parent = this.#kind.parent === undefined ? undefined : of;
    const rows = new Map<number, Row>();
    let after: number | undefined;
    for (let pages = 0; pages < mostPages && rows.size < most && !listing.isOutdated; pages++) {
      const page: Page<Row> = await this.#source.list(parent, after, Math.min(pageSize, most - rows.size));
      // What is held is compared with a page at a time: a whole list would hold up the host.
      for (const row of page.rows) if (this.#rows.listOf(row) === of) rows.set(row.id, this.#rows.known(row));
      if (page.next === null) return { rows, hasMore: false, lowest: undefined };
      after = page.next;
    }
    if (parts === undefined) return { rows, hasMore: true, lowest: undefined };
    const lowest = [...rows.keys()].reduce((a, b) => Math.min(a, b), Infinity);
    const pinned = [...this.#rows.pinned].filter((id) => id < lowest).slice(0, pageSize);
    if (pinned.length > 0 && !listing.isOutdated) {
      for (const row of await this.#source.get(pinned)) rows.set(row.id, this.#rows.known(row));
    }
    return { rows, hasMore: true, lowest };
  }

  /** Asks for the rows that are held with their parents. */
  async #fetch(ids: readonly number[]): Promise<void> {
    const listing = new Listing<Row>(undefined, this.#kind.mostOfAList);
    this.#underWay.add(listing);
    try {
      const rows = await this.#source.get(ids);
      if (!this.#underWay.has(listing) || listing.isOutdated) return;
      for (const row of listing.settle(new Map(rows.map((row) => [row.id, row]))).values()) this.#take(row);
    } finally {
      this.#underWay.delete(listing);
    }
    this.#settle();
  }

  /** Asks for a list again whose parent says that it has become longer or shorter. */
  #followSize(parentId: number, parent: KeyedRow | undefined): void {
    const list = this.#rows.list(parentId);
    const size = parent === undefined ? undefined : this.#kind.parent?.size?.(parent);
    if (list === undefined || size === undefined || size === list.size) return;
    list.size = size;
    this.refresh(parentId).catch(() => undefined);
  }
}
