import { l10n, workspace, type Uri } from 'vscode';
import { schemes } from '../contributions/schemes.ts';
import { Disposables, type Disposable } from '../platform/disposables.ts';
import { lines } from '../platform/markdown.ts';
import { noSuchDocument, ReadonlyFiles } from '../platform/readonlyFiles.ts';
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
      if (side === undefined) throw noSuchDocument();
      return { bytes: await contents.read(side), modifiedAt };
    }),
  );
  owned.own(
    workspace.registerFileSystemProvider(schemes.patch, files, {
      isCaseSensitive: true,
      isReadonly: lines(
        l10n.t(
          'This is a side of a Patch as a Runner made it. To change it, change the Action and run it again.',
        ),
      ),
    }),
  );
  return owned;
}
