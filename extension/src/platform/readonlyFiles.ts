import { FlotillaError, messageOf } from '@flotilla/shared/errors';
import {
  EventEmitter,
  FileSystemError,
  FileType,
  l10n,
  type FileChangeEvent,
  type FileStat,
  type FileSystemProvider,
  type Uri,
} from 'vscode';
import { onDispose, type Disposable } from './disposables.ts';
import { shownText } from './shownText.ts';

export interface FileContent {
  readonly bytes: Uint8Array;
  /** Unix milliseconds. Real, and the same for the same bytes: a moving time makes VS Code read again and again. */
  readonly modifiedAt: number;
}

/**
 * A file system of documents that come from elsewhere and cannot be changed or listed. What `read` throws is shown in
 * place of the document: that there is none for a refusal `notFound`, else that it cannot be read now, and why.
 */
export class ReadonlyFiles implements FileSystemProvider, Disposable {
  readonly #read: (uri: Uri) => Promise<FileContent>;
  readonly #changed = new EventEmitter<FileChangeEvent[]>();

  readonly onDidChangeFile = this.#changed.event;

  constructor(read: (uri: Uri) => Promise<FileContent>) {
    this.#read = read;
  }

  watch(): Disposable {
    return onDispose(() => undefined);
  }

  async stat(uri: Uri): Promise<FileStat> {
    const { bytes, modifiedAt } = await this.#content(uri);
    return { type: FileType.File, ctime: modifiedAt, mtime: modifiedAt, size: bytes.length };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    return (await this.#content(uri)).bytes;
  }

  /** Says that documents have other contents now. */
  fireChanged(events: FileChangeEvent[]): void {
    this.#changed.fire(events);
  }

  readDirectory(uri: Uri): never {
    throw FileSystemError.FileNotADirectory(uri);
  }

  createDirectory(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  delete(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  rename(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #content(uri: Uri): Promise<FileContent> {
    try {
      return await this.#read(uri);
    } catch (error) {
      const sentence = shownText('problem', messageOf(error));
      const isMissing = error instanceof FlotillaError && error.code === 'notFound';
      throw isMissing ? FileSystemError.FileNotFound(sentence) : FileSystemError.Unavailable(sentence);
    }
  }
}

/** The refusal of a URI that names no document of its scheme. */
export function noSuchDocument(): FlotillaError {
  return new FlotillaError('notFound', l10n.t('There is no such document.'));
}
