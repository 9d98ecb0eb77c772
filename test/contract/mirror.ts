import { join } from 'node:path';
import type { CodeHost } from '../../service/src/codeHosts/codeHost.ts';
import type { RepositoryRef } from '../../service/src/codeHosts/repositoryRef.ts';
import { fetchBranches } from '../../service/src/repositories/fetchBranches.ts';
import { git, type FileContent } from '../support/repositories.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/** A bare mirror of a repository as the service has one, in which its commits are made. */
export interface Mirror extends AsyncDisposable {
  readonly path: string;
  /** Brings its branches to those of the host. */
  readonly fetch: () => Promise<void>;
  /** A commit on top of another that replaces some files at the root; its id is a function of all that. */
  makeCommit(parent: string, files: Readonly<Record<string, FileContent>>, message?: string): Promise<string>;
}

export async function openMirror(host: CodeHost, ref: RepositoryRef): Promise<Mirror> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const path = join(folder.path, 'mirror.git');
  await git('/', ['init', '--quiet', '--bare', '--template=', path]);
  const fetch = async () => {
    await using access = await host.access(ref, 'fetch');
    await fetchBranches(path, { ...access, hostId: 0 }, { timeLimitMs: 60_000 });
  };
  await fetch();
  const owned = resources.move();
  return {
    path,
    fetch,
    makeCommit: (parent, files, message = 'A change') => makeCommit(path, parent, files, message),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function makeCommit(
  path: string,
  parent: string,
  files: Readonly<Record<string, FileContent>>,
  message: string,
): Promise<string> {
  const entries = new Map<string, string>();
  const listed = await git(path, ['ls-tree', parent]);
  for (const line of listed.split('\n').filter((each) => each !== '')) {
    const [what = '', name = ''] = line.split('\t');
    entries.set(name, what);
  }
  for (const [name, content] of Object.entries(files)) {
    const [mode, bytes] = modeOf(content);
    const blob = await git(path, ['hash-object', '-w', '--stdin'], 'utf8', bytes);
    entries.set(name, `${mode} blob ${blob}`);
  }
  const lines = [...entries].map(([name, what]) => `${what}\t${name}\n`);
  const tree = await git(path, ['mktree'], 'utf8', lines.join(''));
  return git(path, ['commit-tree', tree, '-p', parent, '-m', message]);
}

function modeOf(content: FileContent): readonly [mode: string, bytes: string | Uint8Array] {
  if (typeof content === 'string' || content instanceof Uint8Array) return ['100644', content];
  return 'symlink' in content ? ['120000', content.symlink] : ['100755', content.content];
}
