import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { downloadModule, type Go } from './ensureGo.ts';
import { builtAt, giteaVersion, type BuiltGitea } from './giteaHome.ts';

/** What Gitea reads when it runs, beside what is in its program. */
const staticFolders = ['options', 'public', 'templates'];

/** Builds Gitea beside its place, and moves it there when it is whole. Only for the holder of its lock. */
export async function buildGitea(go: Go, home: string): Promise<BuiltGitea> {
  const source = await downloadModule(go, `code.gitea.io/gitea@v${giteaVersion}`);
  const prefix = `${basename(home)}.new-`;
  // What was half built when its process ended.
  for (const name of await readdir(dirname(home)))
    if (name.startsWith(prefix)) await remove(join(dirname(home), name));
  const making = await mkdtemp(join(dirname(home), prefix));
  await using _made = { [Symbol.asyncDispose]: () => remove(making) };
  const { program, staticFolder } = builtAt(join(making, 'built'));
  // Go builds nothing in its own cache, which is read-only.
  const copy = join(making, 'source');
  await execa('cp', ['-R', source, copy]);
  await execa('chmod', ['-R', 'u+w', copy]);
  await mkdir(staticFolder, { recursive: true });
  for (const folder of staticFolders)
    await cp(join(copy, folder), join(staticFolder, folder), { recursive: true });
  const build = await execa(
    go.program,
    [
      'build',
      '-buildvcs=false',
      '-trimpath',
      '-tags=sqlite sqlite_unlock_notify',
      `-ldflags=-s -w -X main.Version=${giteaVersion}`,
      `-o=${program}`,
      '.',
    ],
    { cwd: copy, all: true, reject: false, stdin: 'ignore', env: { ...go.environment, CGO_ENABLED: '1' } },
  );
  if (build.failed)
    throw new Error(
      `Gitea ${giteaVersion} could not be built (exit code ${build.exitCode}):\n${build.all.split('\n').slice(-12).join('\n')}`,
    );
  // For whoever Gitea is run as.
  await execa('chmod', ['-R', 'a+rX', join(making, 'built')]);
  await remove(home);
  await rename(join(making, 'built'), home);
  return builtAt(home);
}

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
