import { messageOf } from '@flotilla/shared/errors';
import type { Changes } from '@flotilla/shared/protocol/liveRows';
import { refuseUnless } from '../connection/checkAnswers.ts';
import type { FlotillaClient } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { listOf } from '../connection/shape.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { Emitter } from '../platform/emitter.ts';
import { Collection, type RowSource } from './collection.ts';
import { Feed } from './feed.ts';
import type { KeyedRow, LiveKind, RowKind, WholeKind } from './liveKind.ts';
import { WholeList } from './wholeList.ts';

/** The part of a connection that a model needs. */
type ModelConnection = Pick<
  Connection,
  'onDidConnect' | 'onDidChangeState' | 'onDidChangeServer' | 'serverTime' | 'use' | 'note'
>;

/**
 * The service's rows as this window holds them: lists that were asked for, then kept by the feed of changes. What kinds
 * there are it does not know: whoever uses one names it, and from then on the feed is asked for it too.
 */
export class LiveModel implements Disposable {
  readonly #connection: ModelConnection;
  readonly #owned = new Disposables();
  readonly #changed = new Emitter<void>();
  /** A collection comes after the one that its lists belong to. */
  readonly #collections = new Map<RowKind, Collection<KeyedRow>>();
  readonly #wholes = new Map<WholeKind, WholeList<unknown>>();
  #feed: Feed | undefined;
  #changedAt: number | undefined;

  /** Fires after anything has changed, once all collections have told it. */
  readonly onDidChange = this.#changed.event;

  constructor(connection: ModelConnection) {
    this.#connection = connection;
    this.#owned.own(connection.onDidConnect((client) => this.#follow(client)));
    this.#owned.own(
      connection.onDidChangeState(({ kind }) => {
        // One that is lost is opened again by its own client, and the feed goes on.
        if (kind !== 'online' && kind !== 'offline') this.#suspend();
      }),
    );
    this.#owned.own(connection.onDidChangeServer(() => this.#forget()));
  }

  /** The service's time, in Unix milliseconds. */
  get serverTime(): number {
    return this.#connection.serverTime;
  }

  /** When the service last said something, in Unix milliseconds by this machine's clock. */
  get changedAt(): number | undefined {
    return this.#changedAt;
  }

  /** The rows of a kind. */
  of<Row extends KeyedRow>(kind: RowKind<Row>): Collection<Row>;
  of<Row>(kind: WholeKind<Row>): WholeList<Row>;
  of(kind: LiveKind): unknown {
    return kind.kind === 'whole' ? this.#whole(kind) : this.#collection(kind);
  }

  /** Lists everything again that is held. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#collections.values()].map((collection) => collection.refreshAll()));
  }

  dispose(): void {
    this.#feed?.dispose();
    this.#owned.dispose();
  }

  #whole(kind: WholeKind): WholeList<unknown> {
    const known = this.#wholes.get(kind);
    if (known !== undefined) return known;
    const whole = new WholeList<unknown>();
    this.#wholes.set(kind, whole);
    this.#feed?.renew();
    return whole;
  }

  #collection(kind: RowKind): Collection<KeyedRow> {
    const known = this.#collections.get(kind);
    if (known !== undefined) return known;
    const parent = kind.parent === undefined ? undefined : this.of(kind.parent.kind);
    const collection = new Collection(kind, this.#source(kind), parent, () => this.#settle());
    this.#collections.set(kind, collection);
    if (this.#feed === undefined) return collection;
    this.#feed.renew();
    collection.outdate();
    return collection;
  }

  #source({ topic, shape }: RowKind): RowSource<KeyedRow> {
    const check = (rows: readonly unknown[]) => checked(`rows of ${topic}`, shape, rows);
    return {
      list: async (of, after, limit) => {
        const wanted = {
          topic,
          limit,
          ...(of === undefined ? {} : { of }),
          ...(after === undefined ? {} : { after }),
        };
        const { rows, next } = await this.#connection.use((client) => client.rows.list.query(wanted));
        return { rows: check(rows), next };
      },
      get: async (ids) =>
        check(await this.#connection.use((client) => client.rows.get.query({ topic, ids: [...ids] }))),
    };
  }

  /** The feed is subscribed to first: what changes while the lists are under way is not missed. */
  #follow(client: FlotillaClient): void {
    if (this.#feed?.client !== client) {
      this.#feed?.dispose();
      this.#feed = new Feed(client, {
        topics: () => [...this.#collections.keys(), ...this.#wholes.keys()].map(({ topic }) => topic),
        onChanges: (changes) => this.#hear(changes),
        onGap: () => this.#outdate(),
        onProblem: (error) => this.#connection.note(`The feed of changes: ${messageOf(error)}`),
      });
    }
    this.#outdate();
    this.#settle();
  }

  #hear({ rows, gone, listAnew }: Changes): void {
    const rowsOf = ({ topic, shape }: LiveKind) => checked(`rows of ${topic}`, shape, own(rows, topic) ?? []);
    // All are looked at before any is taken in.
    const changes = [...this.#collections].map(
      ([kind, collection]) => [collection, rowsOf(kind), own(gone, kind.topic) ?? []] as const,
    );
    const wholes = [...this.#wholes].flatMap(([kind, whole]) =>
      own(rows, kind.topic) === undefined ? [] : [[whole, few(kind, rowsOf(kind))] as const],
    );
    for (const [collection, changed, ids] of changes) collection.hear(changed, ids);
    for (const [whole, all] of wholes) whole.hear(all);
    if (listAnew) this.#outdate();
    this.#settle();
  }

  #outdate(): void {
    for (const collection of this.#collections.values()) collection.outdate();
  }

  /** Lets collections take in what became of those before them, and tells it all. */
  #settle(): void {
    this.#changedAt = Date.now();
    const collections = [...this.#collections.values()];
    for (const collection of collections) collection.followParent();
    const told = [...collections, ...this.#wholes.values()].filter((rows) => rows.tell());
    if (told.length > 0) this.#changed.fire();
  }

  /** The connection was let go of. What is held stays, to be shown until it is had anew. */
  #suspend(): void {
    this.#stopFeed();
    for (const rows of [...this.#collections.values(), ...this.#wholes.values()]) rows.age();
  }

  #stopFeed(): void {
    this.#feed?.dispose();
    this.#feed = undefined;
  }

  #forget(): void {
    this.#stopFeed();
    for (const collection of this.#collections.values()) collection.clear();
    for (const whole of this.#wholes.values()) whole.hear(undefined);
    this.#settle();
  }
}

function checked(what: string, shape: LiveKind['shape'], rows: readonly unknown[]): readonly KeyedRow[] {
  refuseUnless(what, listOf(shape)(rows));
  return rows as readonly KeyedRow[];
}

function few({ topic, most }: WholeKind, rows: readonly KeyedRow[]): readonly KeyedRow[] {
  refuseUnless(`rows of ${topic}`, rows.length > most ? `[${most}]` : undefined);
  return rows;
}

function own<T>(byTopic: Readonly<Record<string, T>>, topic: string): T | undefined {
  return Object.hasOwn(byTopic, topic) ? byTopic[topic] : undefined;
}
