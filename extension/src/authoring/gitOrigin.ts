import type { Origin } from '@flotilla/shared/views';
import { extensions, type Uri } from 'vscode';

/** The part of VS Code's own git extension that is used here (its API version 1). */
interface GitApi {
  getRepository(uri: Uri): GitRepository | null;
}

interface GitRepository {
  readonly rootUri: Uri;
  readonly state: {
    readonly HEAD?: { readonly commit?: string };
    readonly remotes: readonly { readonly name: string; readonly fetchUrl?: string }[];
    readonly workingTreeChanges: readonly { readonly uri: Uri }[];
    readonly indexChanges: readonly { readonly uri: Uri }[];
    readonly untrackedChanges?: readonly { readonly uri: Uri }[];
  };
}

/** Where the text of a file came from, as far as git knows: repository, commit, and whether it differs from that. */
export function gitOriginOf(file: Uri, isUnsaved: boolean): Omit<Origin, 'file'> {
  const git = extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
  const repository = git?.isActive ? git.exports.getAPI(1).getRepository(file) : null;
  const commit = repository?.state.HEAD?.commit;
  if (repository === null || repository === undefined || commit === undefined) return {};
  const { remotes, workingTreeChanges, indexChanges, untrackedChanges = [] } = repository.state;
  const remote = remotes.find(({ name }) => name === 'origin') ?? remotes[0];
  const isChanged = [...workingTreeChanges, ...indexChanges, ...untrackedChanges].some(
    ({ uri }) => uri.toString() === file.toString(),
  );
  return {
    repository: withoutUser(remote?.fetchUrl) ?? repository.rootUri.path.split('/').at(-1),
    commit,
    dirty: isUnsaved || isChanged,
  };
}

/** A remote's URL can hold a user and a token. */
function withoutUser(url: string | undefined): string | undefined {
  return url?.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1');
}
