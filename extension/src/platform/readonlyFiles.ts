import {
  EventEmitter,
  FileSystemError,
  FileType,
  type FileChangeEvent,
  type FileStat,
  type FileSystemProvider,
  type Uri,
} from 'vscode';
import { onDispose, type Disposable } from './disposables.ts';

export interface FileContent {
  readonly bytes: Uint8Array;
  /** Unix milliseconds. Real, and the same for the same bytes: a moving time makes VS Code read again and again. */
  readonly modifiedAt: number;
}

/** A file system of documents that come from elsewhere and cannot be changed or listed. */
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
    const { bytes, modifiedAt } = await this.#read(uri);
    return { type: FileType.File, ctime: modifiedAt, mtime: modifiedAt, size: bytes.length };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    return (await this.#read(uri)).bytes;
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
}
