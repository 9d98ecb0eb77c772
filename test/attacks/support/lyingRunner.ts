import { join } from 'node:path';
import type { ClaimedJob } from '@flotilla/shared/protocol/claimedJob';
import type { ChangedFile, JobView } from '@flotilla/shared/views';
import { git } from '../../support/repositories.ts';
import { connectRunner, type TestRunner } from '../../support/testRunner.ts';
import type { AttackedService } from './attackedService.ts';

/** A Runner that hands in what it likes, and a clone in which its Patches are tried by real git. */
export interface LyingRunner extends AsyncDisposable {
  readonly runner: TestRunner;
  /** Starts an Execution over one repository and claims its Job. */
  claim(): Promise<ClaimedJob>;
  /** The tree that git makes of the base with a text, as it reads it; of none where it refuses it. */
  treeOf(bytes: Uint8Array): Promise<string>;
  /** Hands in a text, and the tree that it makes, as the Patch of a Job. */
  handIn(bytes: Uint8Array, tree?: string): Promise<JobView>;
  /** What the service lists for a Job. */
  filesOf(job: JobView): Promise<ChangedFile[]>;
  /** The paths that the Patch changes that would be saved, by real git: what was removed and what came. */
  savedPaths(job: JobView): Promise<string[]>;
}

/** Connects one for a repository of the folder that the service serves. */
export async function lyingRunner(attacked: AttackedService, repository: string): Promise<LyingRunner> {
  const runner = await connectRunner({ serverUrl: attacked.url, token: attacked.runnerToken });
  const clone = join(attacked.folder, `clone-${repository}`);
  await git(attacked.folder, [
    'clone',
    '--quiet',
    '--bare',
    join(attacked.repositoriesFolder, repository),
    clone,
  ]);
  let count = 0;
  /** An index of its own for each Patch. */
  const inIndex = async (bytes: Uint8Array) => {
    count += 1;
    const work = join(attacked.folder, `work-${repository}-${count}`);
    await git(clone, ['worktree', 'add', '--quiet', '--no-checkout', '--detach', work]);
    await git(work, ['read-tree', 'HEAD']);
    await git(work, ['apply', '--cached', '--whitespace=nowarn', '-'], 'utf8', bytes);
    return work;
  };
  const claim = async () => {
    await attacked.startScript(`repo:^${repository}$`, 'true');
    return runner.claimOne();
  };
  const treeOf = async (bytes: Uint8Array) => {
    try {
      return await git(await inIndex(bytes), ['write-tree']);
    } catch {
      return 'a'.repeat(40);
    }
  };
  return {
    runner,
    claim,
    treeOf,
    async handIn(bytes, tree) {
      const job = await claim();
      await runner.succeed(job, { bytes, tree: tree ?? (await treeOf(bytes)) });
      return attacked.client.api.jobs.get.query({ jobId: job.jobId });
    },
    filesOf: ({ id }) => attacked.client.api.jobs.changedFiles.query({ jobId: id }),
    async savedPaths({ patch }) {
      const bytes = await attacked.client.read(`/attempts/${patch?.attemptId}/patch/included`);
      if (bytes.length === 0) return [];
      const work = await inIndex(bytes);
      const said = await git(work, ['diff', '--cached', '--name-only', '--no-renames', '-z', 'HEAD'], 'utf8');
      return said.split('\0').filter((path) => path !== '');
    },
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}
