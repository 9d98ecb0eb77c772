import { FlotillaError } from '@flotilla/shared/errors';
import type { AttemptView } from '@flotilla/shared/views';
import { FileChangeType, l10n, Uri, window, workspace } from 'vscode';
import type { FlotillaClient } from '../connection/client.ts';
import type { Connection } from '../connection/connection.ts';
import { schemes } from '../contributions/schemes.ts';
import type { Collection } from '../model/collection.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { lines } from '../platform/markdown.ts';
import { noSuchDocument, ReadonlyFiles, type FileContent } from '../platform/readonlyFiles.ts';
import { fromAttemptUri, toAttemptUri, type AttemptDocument } from './attemptUri.ts';
import { LiveTimelines } from './liveTimelines.ts';
import { readAttemptLog } from './readAttemptLog.ts';
import { timelineText } from './timelineText.ts';

/**
 * Serves timelines and logs of Attempts as documents of the scheme `flotilla-attempt`. A timeline moves with its Attempt; a
 * log is as it was when it was opened.
 */
export class AttemptDocuments implements Disposable {
  readonly #connection: Connection;
  readonly #owned = new Disposables();
  readonly #read = new Map<string, Promise<FileContent>>();
  readonly #files = this.#owned.own(new ReadonlyFiles((uri) => this.#content(uri)));
  /** By URI. */
  readonly #timelines = this.#owned.own(
    new LiveTimelines(
      (key) => this.#isShown(key),
      (keys) => this.#readAgain(keys),
    ),
  );

  constructor(connection: Connection, attempts: Collection<AttemptView>) {
    this.#connection = connection;
    this.#owned.own(
      workspace.registerFileSystemProvider(schemes.attempt, this.#files, {
        isCaseSensitive: true,
        isReadonly: lines(l10n.t('This shows an Attempt as its Runner reported it.')),
      }),
    );
    this.#owned.own(
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme !== schemes.attempt) return;
        this.#read.delete(uri.toString());
        this.#timelines.delete(uri.toString());
      }),
    );
    this.#owned.own(window.onDidChangeVisibleTextEditors(() => this.#timelines.look()));
    this.#owned.own(attempts.onDidChange(({ lists }) => this.#renew(lists)));
  }

  uriOf(document: AttemptDocument): Uri {
    return Uri.from(toAttemptUri(document));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Both questions that VS Code asks for a document get one answer. A failure is not kept. */
  #content(uri: Uri): Promise<FileContent> {
    const key = uri.toString();
    const content = this.#read.get(key) ?? this.#fetch(uri);
    this.#read.set(key, content);
    content.catch(() => this.#read.delete(key));
    return content;
  }

  async #fetch(uri: Uri): Promise<FileContent> {
    const document = fromAttemptUri(uri);
    if (document === undefined) throw noSuchDocument();
    const { state } = this.#connection;
    if ('address' in state && state.address.origin !== document.origin) {
      throw new FlotillaError(
        'unavailable',
        l10n.t('This is of the service at {0}, and this window is connected to another.', document.origin),
      );
    }
    const text = await this.#connection.use((client) =>
      document.kind === 'log'
        ? readAttemptLog(client, document.attemptId)
        : this.#readTimeline(client, document, uri.toString()),
    );
    return { bytes: new TextEncoder().encode(text), modifiedAt: Date.now() };
  }

  /** Timelines of Attempts of these Jobs are read again. */
  #renew(jobIds: ReadonlySet<number>): void {
    if (jobIds.size === 0) return;
    const moved = [...this.#read.keys()].filter((key) => {
      const document = fromAttemptUri(Uri.parse(key));
      return document?.kind === 'timeline' && jobIds.has(document.jobId);
    });
    this.#readAgain(moved);
  }

  #readAgain(keys: readonly string[]): void {
    for (const key of keys) this.#read.delete(key);
    this.#files.fireChanged(keys.map((key) => ({ type: FileChangeType.Changed, uri: Uri.parse(key) })));
  }

  /** Whether a document can be seen, and the service asked: one that is away leaves its text as it is. */
  #isShown(key: string): boolean {
    const { kind } = this.#connection.state;
    return (
      (kind === 'online' || kind === 'idle') &&
      window.visibleTextEditors.some(({ document }) => document.uri.toString() === key)
    );
  }

  async #readTimeline(client: FlotillaClient, document: AttemptDocument, key: string): Promise<string> {
    const attempts = await client.attempts.list.query({ jobId: document.jobId });
    const attempt = attempts.find(({ id }) => id === document.attemptId);
    if (attempt === undefined) {
      throw new FlotillaError('notFound', l10n.t('The service has no such Attempt any more.'));
    }
    this.#timelines.set(key, attempt.endedAt === null);
    return timelineText(document.name, attempt, this.#connection.serverTime);
  }
}
