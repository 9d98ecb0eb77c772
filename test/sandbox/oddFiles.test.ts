import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JobView } from '@flotilla/shared/views';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDeployment, type Deployment } from '../support/deployment.ts';
import { treeOfPatch, treeOutside, type Base } from '../support/outside.ts';
import { git, makeRepository } from '../support/repositories.ts';

const exec = promisify(execFile);

/** What a Job of these tests starts from, and what its one Step does. */
interface Case {
  /** Shell commands that make the base commit. */
  readonly base: string;
  readonly script: string;
}

const same: Readonly<Record<string, Case>> = {
  'names with blanks, quotes, line ends, other bytes than UTF-8, a leading dash and any letters': {
    base: `
      printf 1 > 'with space'; printf 2 > "it's \\"quoted\\""; printf 3 > "$(printf 'new\\nline')"
      printf 4 > "$(printf 'latin\\344\\377')"; printf 5 > ./-dash; printf 6 > 'ünïcödé 漢字 🚢'
      printf 7 > 'back\\slash'; printf 8 > "$(printf 'tab\\tand\\033escape')"`,
    script: `
      rm 'with space' ./-dash; printf new > './-dash new'; printf new > ' lead and trail '
      printf changed > "it's \\"quoted\\""; chmod +x "$(printf 'new\\nline')"
      mv "$(printf 'latin\\344\\377')" "$(printf 'moved\\374')"; printf more >> 'ünïcödé 漢字 🚢'
      mkdir -p ':(top)'; printf 9 > ':(top)/:magic'; printf x > '*star?[a]{b}'; rm 'back\\slash'
      printf x > "$(printf 'tab\\tand\\033escape')"; printf x > --all; printf x > 'a -> b'`,
  },
  'line ends of other systems, empty files, files without a last line end, and long lines': {
    base: `printf 'a\\r\\nb\\r\\n' > crlf; printf 'x' > nonewline; : > empty; printf 'a\\r\\nb\\n' > mixed; printf 'x \\t\\n\\n\\n' > trailing`,
    script: `
      printf 'c\\r\\n' >> crlf; printf 'y' >> nonewline; : > empty2; printf 'z' > empty; printf 'c\\r' >> mixed
      printf ' \\n\\n' >> trailing; head -c 300000 /dev/zero | tr '\\0' 'l' > long; seq 1 200000 > many`,
  },
  'changes of the mode alone': {
    base: `printf '#!/bin/sh\\n' > tool; printf x > data; chmod +x tool; : > empty`,
    script: `chmod -x tool; chmod 755 data empty; chmod 600 tool`,
  },
  'a file that becomes a folder, a folder that becomes a file, and both that become symbolic links': {
    base: `printf a > file; mkdir -p dir/sub other; printf b > dir/sub/x; printf c > other/y; ln -s file link; printf d > plain; ln -s other linkdir`,
    script: `
      rm file; mkdir file; printf n > file/inside; rm -r dir; printf n > dir; rm -r other; ln -s file other
      rm link; printf n > link; rm plain; ln -s nowhere plain; rm linkdir; mkdir linkdir; printf n > linkdir/z`,
  },
  'symbolic links that lead outside, as links': {
    base: `mkdir etc; printf a > etc/passwd; printf b > keep`,
    script: `
      ln -s /etc/passwd absolute; ln -s ../../../../../../etc/passwd relative; rm -r etc; ln -s /etc etc
      ln -s loop loop; ln -s "$(printf 'bytes\\344\\n')" odd`,
  },
  'new files that are ignored are left out, changes to tracked ones are kept, and rules that a Step writes count':
    {
      base: `printf 'ignored/\\n*.log\\n' > .gitignore; mkdir ignored; printf a > ignored/tracked`,
      script: `
      printf n > ignored/new; printf n > x.log; printf more >> ignored/tracked; mkdir sub; printf '*\\n!.gitignore\\n' > sub/.gitignore
      printf n > sub/file; printf '*.tmp\\n' >> .gitignore; printf n > y.tmp; printf n > y.txt`,
    },
  'attributes: line ends, keywords, encodings, and what is text or not': {
    base: `
      printf '*.auto text=auto\\n*.crlf text eol=crlf\\n*.id ident\\n*.u16 working-tree-encoding=UTF-16LE\\n*.bin diff\\n*.txt -diff\\n*.lock binary merge=ours\\n' > .gitattributes
      printf 'a\\nb\\n' > x.auto; printf 'a\\r\\nb\\r\\n' > y.crlf; printf '$Id$\\n' > z.id; printf 'h\\000i\\000\\n\\000' > w.u16
      printf '\\000\\001\\002\\n\\003' > v.bin; printf 'text\\n' > u.txt; printf 'l\\n' > t.lock`,
    script: `
      printf 'c\\r\\n' >> x.auto; printf 'c\\r\\n' >> y.crlf; printf 'x\\n' >> z.id; printf 'j\\000\\n\\000' >> w.u16
      printf '\\000\\n\\004' >> v.bin; printf 'more\\n' >> u.txt; printf 'm\\n' >> t.lock; printf 'd\\r\\n' > new.auto; printf '$Id: 1 $' > new.id`,
  },
  'the files count, not what a Step does to its .git: removed': {
    base: `printf a > file`,
    script: `case $PWD in /work) rm -rf .git;; esac; printf n > new`,
  },
  'the files count, not what a Step does to its .git: a commit on another branch': {
    base: `printf a > file; printf b > gone`,
    script: `
      case $PWD in /work) git config user.email a@example.org; git config user.name A
        git switch --quiet --create other; printf n > new; rm gone; git add --all; git commit --quiet --message x; git gc --quiet;;
      *) printf n > new; rm gone;; esac`,
  },
  'the files count, not what a Step does to its .git: another thing in its place': {
    base: `printf a > file`,
    script: `case $PWD in /work) rm -rf .git; ln -s /etc .git;; esac; printf n > new`,
  },
  'files of other users, without rights, and things that are no files': {
    base: `printf a > file; printf b > secret`,
    script: `
      case $PWD in /work) chown 1234:4321 file; chmod 000 secret; mkfifo pipe; mkdir -m 000 locked
        setpriv --reuid=1234 --clear-groups sh -c 'printf c > file';;
      *) printf c > file;; esac`,
  },
};

const resources = new AsyncDisposableStack();
const bases = new Map<string, Base>();
let deployment: Deployment;
beforeAll(async () => {
  deployment = resources.use(
    await startDeployment({
      repositories: async (folder) => {
        const cases = [
          ...Object.entries(same),
          ['traps', traps],
          ['nested', nested],
          ['drawn', drawn],
          ['large', large],
        ] as const;
        await Promise.all(
          cases.map(([title, { base }], index) => makeBase(folder, title, `case${index}`, base)),
        );
      },
    }),
  );
  deployment.startRunner({ capacity: 3 });
});
afterAll(() => resources.disposeAsync());

async function makeBase(folder: string, title: string, name: string, script: string): Promise<void> {
  const made = await makeRepository(join(folder, name), { files: { 'README.md': 'A repository.\n' } });
  await exec('sh', ['-c', script], { cwd: made.folder });
  await git(made.folder, ['add', '--all', '--force']);
  await git(made.folder, ['commit', '--quiet', '--message', 'Second']);
  const commit = await git(made.folder, ['rev-parse', 'HEAD']);
  bases.set(title, { name, gitDir: join(made.folder, '.git'), commit });
}

async function jobOf(title: string, script: string): Promise<{ base: Base; job: JobView }> {
  const base = bases.get(title);
  if (base === undefined) throw new Error(`there is no repository for "${title}"`);
  const { jobs } = await deployment.ended(await deployment.startScript(`repo:^${base.name}$`, script));
  const job = jobs.get(base.name);
  if (job === undefined) throw new Error(`there is no Job for "${title}"`);
  return { base, job };
}

test.concurrent.for(Object.entries(same))(
  'a Patch is what the same commands make outside: %s',
  async ([title, { script }], { expect }) => {
    const { base, job } = await jobOf(title, script);
    expect(job.outcome).toEqual({ kind: 'succeeded' });
    const patch = await deployment.client.read(`/attempts/${job.patch?.attemptId}/patch`);
    const outside = await treeOutside(deployment.folder, base, script);
    expect(await treeOfPatch(deployment.folder, base, patch)).toBe(outside);
    expect(job.patch?.resultTree).toBe(outside);
    const files = await deployment.client.api.jobs.changedFiles.query({ jobId: job.id });
    expect(files).toHaveLength(job.patch?.files ?? 0);
  },
);

/** Leaves programs wherever git might start one, in every repository that it could read. */
const traps: Case = {
  base: `printf a > file`,
  script: `
    trap=TRAP
    printf '* filter=trap diff=trap merge=trap\\n' > .gitattributes
    git config filter.trap.clean "touch $trap"; git config filter.trap.smudge "touch $trap"; git config filter.trap.process "touch $trap"
    git config diff.trap.textconv "touch $trap"; git config diff.external "touch $trap"; git config core.fsmonitor "touch $trap"
    git config core.pager "touch $trap"; git config core.worktree /; git config include.path /work/more
    mkdir -p .git/hooks; for hook in pre-commit post-checkout post-index-change reference-transaction; do
      printf '#!/bin/sh\\ntouch %s\\n' "$trap" > .git/hooks/$hook; chmod +x .git/hooks/$hook; done
    printf '[core]\\n\\tsshCommand = touch %s\\n' "$trap" > more
    printf changed > file`,
};

test('hooks, filters and settings that a Step leaves run nothing on the machine of the runner', async () => {
  const trap = join(deployment.folder, 'trapped');
  const { job } = await jobOf('traps', traps.script.replace('TRAP', trap));
  expect(job.outcome).toEqual({ kind: 'succeeded' });
  expect(job.patch?.files).toBe(3);
  await expect(access(trap)).rejects.toThrow('ENOENT');
});

const nested: Case = {
  base: `printf a > file`,
  script: `mkdir -p 'vendor/some lib'; cd 'vendor/some lib'; git init --quiet; printf x > y; git add y
    git -c user.name=A -c user.email=a@example.org commit --quiet --message x`,
};

test('a repository that a Step leaves inside ends the Attempt with the path', async () => {
  const { job } = await jobOf('nested', nested.script);
  expect(job).toMatchObject({ state: 'errored', patch: null });
  expect(job.outcome).toMatchObject({
    reason: 'patch',
    message: expect.stringContaining('The steps left a git repository at "vendor/some lib".') as string,
  });
});

const drawn: Case = {
  base: `printf a > file`,
  script: `name=$(printf 'a\\033[2J\\nb\\342\\200\\256c'); mkdir "$name"; cd "$name"; git init --quiet; printf x > y; git add y
    git -c user.name=A -c user.email=a@example.org commit --quiet --message x`,
};

test('the path of such a repository is shown in one line, whatever it is called', async () => {
  const { job } = await jobOf('drawn', drawn.script);
  expect(job.outcome).toMatchObject({
    reason: 'patch',
    message: expect.stringContaining('The steps left a git repository at "a\ufffd[2J b\ufffdc".') as string,
  });
});

const large: Case = {
  base: `printf a > file`,
  script: `head -c 60000000 /dev/urandom > large`,
};

test('a Patch above the limit ends the Attempt with a sentence that says it', async () => {
  const { job } = await jobOf('large', large.script);
  expect(job.outcome).toMatchObject({
    kind: 'errored',
    reason: 'patch',
    message: expect.stringMatching(/^The patch is larger than 50 MiB, which is the limit\./) as string,
  });
});
