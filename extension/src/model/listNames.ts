import { targetNames } from '@flotilla/shared/target/targetNames';
import type { PerhapsTarget } from '@flotilla/shared/target/targetKey';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import type { Collection } from './collection.ts';
import type { KeyedRow } from './liveKind.ts';

interface Names<Row> {
  readonly of: (row: Row) => string;
  /** What each repository was called when they were made, by its id. */
  readonly repositories: ReadonlyMap<number, string>;
}

/** What rows that stand for Targets are called: each among those of its list, so that rows, titles and documents say the same. */
export class ListNames<Row extends KeyedRow & PerhapsTarget> implements Disposable {
  readonly #rows: Pick<Collection<Row>, 'get' | 'rows' | 'onDidChange'>;
  readonly #listOf: (row: Row) => number;
  readonly #owned = new Disposables();
  /** By list, for as long as no row of it comes, goes or is of a repository that is called otherwise. */
  readonly #ofLists = new Map<number, Names<Row>>();

  constructor(
    collection: Pick<Collection<Row>, 'get' | 'rows' | 'onDidChange'>,
    listOf: (row: Row) => number,
  ) {
    this.#rows = collection;
    this.#listOf = listOf;
    this.#owned.own(
      collection.onDidChange(({ rows, members, dropped }) => {
        for (const list of [...members, ...dropped]) this.#ofLists.delete(list);
        for (const id of rows) this.#look(collection.get(id));
      }),
    );
  }

  /** The name of a row; as if it were alone where its list is not held. */
  of(row: Row): string {
    return this.#among(this.#listOf(row))?.(row) ?? targetNames([row])(row);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Forgets the names of a list where the repository of one of its rows has another one by now. */
  #look(row: Row | undefined): void {
    if (row === undefined) return;
    const list = this.#listOf(row);
    const known = this.#ofLists.get(list)?.repositories.get(row.repositoryId);
    if (known !== undefined && known !== repositoryOf(row)) this.#ofLists.delete(list);
  }

  #among(list: number): ((row: Row) => string) | undefined {
    const known = this.#ofLists.get(list);
    const rows = known === undefined ? this.#rows.rows(list) : undefined;
    if (rows === undefined) return known?.of;
    const names = {
      of: targetNames(rows),
      repositories: new Map(rows.map((row) => [row.repositoryId, repositoryOf(row)])),
    };
    this.#ofLists.set(list, names);
    return names.of;
  }
}

function repositoryOf({ codeHost, repository }: PerhapsTarget): string {
  return JSON.stringify([codeHost, repository]);
}
