import { targetFileNames } from '@flotilla/shared/target/targetFileNames';
import { CancellationError, l10n, Uri, workspace } from 'vscode';
import { liveJobs } from '../../model/liveJobs.ts';
import { askForFolder } from '../../platform/inputs.ts';
import { ask, tell } from '../../platform/messages.ts';
import { withCancellableProgress } from '../../platform/progress.ts';
import { exists } from '../../platform/exists.ts';
import type { App } from '../app.ts';
import { executionOf } from '../executions/pickExecution.ts';
import { includedFiles } from './reviewAllChanges.ts';

/** Writes one patch file for each Job into a folder, without what a reviewer left out. */
export async function savePatches(app: App, argument: unknown): Promise<void> {
  const execution = await executionOf(
    app,
    argument,
    (candidate) => candidate.changed > 0,
    l10n.t('Save the Patches of which Execution?'),
  );
  const folder = await askForFolder({
    openLabel: l10n.t('Save Patches Here'),
    title: l10n.t('Folder for the Patches of {0} #{1}', execution.actionName, execution.id),
  });
  if (folder === undefined) throw new CancellationError();
  const saved = await withCancellableProgress(l10n.t('Saving Patches…'), async (signal, report) => {
    const jobs = await app.model.of(liveJobs).load(execution.id);
    const units = await includedFiles(app, jobs, signal);
    const nameOf = targetFileNames(jobs, '.patch');
    const targets = units.map(({ job }) => Uri.joinPath(folder, nameOf(job)));
    await confirmOverwriting(targets);
    for (const [index, unit] of units.entries()) {
      signal.throwIfAborted();
      report(l10n.t('{0} of {1}', index + 1, units.length));
      const target = targets[index];
      const { patch } = unit.job;
      if (target === undefined || patch === null) continue;
      await workspace.fs.writeFile(target, await app.contents.includedPatch(patch.attemptId, signal));
    }
    return units.length;
  });
  if (saved === 0) {
    void tell(
      'information',
      l10n.t('Nothing of {0} #{1} is left in, so no Patch was saved.', execution.actionName, execution.id),
    );
    return;
  }
  const where = workspace.asRelativePath(folder, true);
  void tell(
    'information',
    saved === 1
      ? l10n.t('1 Patch is in {0}. `git apply` takes it.', where)
      : l10n.t('{0} Patches are in {1}. `git apply` takes them.', saved, where),
  );
}

async function confirmOverwriting(targets: readonly Uri[]): Promise<void> {
  const present = await Promise.all(targets.map(exists));
  const count = present.filter(Boolean).length;
  if (count === 0) return;
  const overwrite = l10n.t('Overwrite');
  const sentence =
    count === 1
      ? l10n.t('1 of these files is there already. Overwrite it?')
      : l10n.t('{0} of these files are there already. Overwrite them?', count);
  const answer = await ask('warning', { sentence, detail: '' }, overwrite);
  if (answer !== overwrite) throw new CancellationError();
}
