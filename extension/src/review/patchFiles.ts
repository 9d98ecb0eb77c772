import { FlotillaError } from '@flotilla/shared/errors';
import { FileSystemError, l10n, MarkdownString, workspace, type Uri } from 'vscode';
import { schemes } from '../contributions/schemes.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { ReadonlyFiles } from '../platform/readonlyFiles.ts';
import type { Contents } from './contents.ts';
import { fromPatchUri } from './patchUri.ts';

/** A tree id names its contents, so the time of the file says nothing; it only has to stay the same. */
const modifiedAt = 0;

/** Serves both sides of changed files as documents of the scheme `flotilla-patch`. */
export function registerPatchFiles(contents: Contents): Disposable {
  const owned = new Disposables();
  const files = owned.own(
    new ReadonlyFiles(async (uri: Uri) => {
      const side = fromPatchUri(uri);
      if (side === undefined) throw FileSystemError.FileNotFound(uri);
      try {
        return { bytes: await contents.read(side), modifiedAt };
      } catch (error) {
        if (error instanceof FlotillaError && error.code === 'notFound') {
          throw FileSystemError.FileNotFound(error.message);
        }
        throw FileSystemError.Unavailable(error instanceof Error ? error.message : String(error));
      }
    }),
  );
  owned.own(
    workspace.registerFileSystemProvider(schemes.patch, files, {
      isCaseSensitive: true,
      isReadonly: new MarkdownString(
        l10n.t(
          'This is a side of a Patch as a Runner made it. To change it, change the Action and run it again.',
        ),
      ),
    }),
  );
  return owned;
}
