import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  makeRepositoriesFromPackages,
  type PackageRepository,
} from '../../scripts/repositoriesFromPackages.ts';
import { startDeployment, type Deployment } from '../support/deployment.ts';
import { treeOfPatch, treeOutside } from '../support/outside.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporaryFolder.ts';

/** Changes, renames, deletes and adds files: text, a program, a symbolic link, bytes that are no text. */
const script = `
set -eu
list() { git -c core.quotePath=false ls-files | grep -v '^package.json$'; }
renamed=$(list | sed -n 1p)
deleted=$(list | sed -n 2p)
kept=$(list | sed -n 3p)
printf '\\nchanged in %s on %s at %s\\n' "$REPOSITORY" "$BRANCH" "$COMMIT" >> package.json
mv "$renamed" "$(dirname "$renamed")/renamed $(basename "$renamed")"
rm "$deleted"
chmod +x "$kept"
mkdir -p flotilla/folder
printf '#!/bin/sh\\necho hello\\n' > flotilla/folder/tool.sh
chmod 755 flotilla/folder/tool.sh
ln -s ../../package.json flotilla/folder/link
printf '\\000\\001\\377\\376%s\\000' "$REPOSITORY" > flotilla/bytes.bin
echo "done with $REPOSITORY"
`;

const resources = new AsyncDisposableStack();
let made: PackageRepository[];
let deployment: Deployment;
let clones: TemporaryFolder;
beforeAll(async () => {
  clones = resources.use(await temporaryFolder());
  deployment = resources.use(
    await startDeployment({
      repositories: async (folder) => (made = await makeRepositoriesFromPackages(folder, 60)),
    }),
  );
});
afterAll(() => resources.disposeAsync());

test('two runners change 60 real repositories, and every Patch gives the tree that the same commands give outside', async () => {
  const runners = ['first', 'second'].map((name) => deployment.startRunner({ name, capacity: 1 }));
  const execution = await deployment.startScript('repo:', script);
  const { execution: ended, jobs } = await deployment.ended(execution, 120_000);
  expect(ended).toMatchObject({ state: 'succeeded', changed: 60 });
  expect(jobs.size).toBe(60);

  const trees = [];
  for (const repository of made) {
    const job = jobs.get(repository.name);
    expect(job).toMatchObject({ state: 'succeeded', baseRevision: repository.commit, attemptCount: 1 });
    const patch = await deployment.client.read(`/attempts/${job?.patch?.attemptId}/patch`);
    const [applied, outside] = await Promise.all([
      treeOfPatch(clones.path, repository, patch),
      treeOutside(clones.path, repository, script),
    ]);
    trees.push({ repository: repository.name, stored: job?.patch?.resultTree, applied, outside });
  }
  expect(trees).toEqual(
    trees.map(({ repository, outside }) => ({ repository, stored: outside, applied: outside, outside })),
  );

  const attempts = await Promise.all([...jobs.values()].map((job) => deployment.attemptsOf(job.id)));
  const perRunner = Map.groupBy(attempts.flat(), (attempt) => attempt.runner);
  expect([...perRunner.keys()].sort()).toEqual(['first', 'second']);
  expect(runners.map((runner) => runner.hasExited())).toEqual([false, false]);
}, 180_000);
