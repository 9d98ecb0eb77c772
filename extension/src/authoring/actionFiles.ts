import { actionFileEndings } from '@flotilla/shared/definition/fileNames';
import { EventEmitter, workspace, type Uri } from 'vscode';
import { Disposables, type Disposable } from '../platform/disposables.ts';

/** So many action files are listed; a workspace with more has another purpose. */
const maxFiles = 500;
const pattern = '**/*.action.{json,jsonc}';

/** Whether a document is an Action by its name. */
export function isActionFile(uri: Uri): boolean {
  return actionFileEndings.some((ending) => uri.path.endsWith(ending));
}

/** The action files of the workspace. Nothing is searched or watched before they are first asked for. */
export class ActionFiles implements Disposable {
  readonly #owned = new Disposables();
  readonly #changed = this.#owned.own(new EventEmitter<void>());
  #files: Promise<readonly Uri[]> | undefined;
  #isWatched = false;

  readonly onDidChange = this.#changed.event;

  /** By path. */
  list(): Promise<readonly Uri[]> {
    this.#watch();
    this.#files ??= findActionFiles();
    return this.#files;
  }

  /** Searches again at the next look. */
  refresh(): void {
    this.#files = undefined;
    this.#changed.fire();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const watcher = this.#owned.own(workspace.createFileSystemWatcher(pattern, false, true, false));
    this.#owned.own(watcher.onDidCreate(() => this.refresh()));
    this.#owned.own(watcher.onDidDelete(() => this.refresh()));
    this.#owned.own(workspace.onDidChangeWorkspaceFolders(() => this.refresh()));
  }
}

async function findActionFiles(): Promise<readonly Uri[]> {
  const files = await workspace.findFiles(pattern, '**/node_modules/**', maxFiles);
  return files.sort((a, b) => a.path.localeCompare(b.path, 'en'));
}
