import type { RunnerView } from '@flotilla/shared/views';
import { l10n } from 'vscode';
import { liveRunners } from '../../model/liveRunners.ts';
import { nodeOf } from '../../views/nodes.ts';
import { runnerText } from '../../views/runners/runnerText.ts';
import type { App } from '../app.ts';
import { choose } from '../choose.ts';

/** Lets a Runner finish what it has and claim nothing more. Nothing is asked: *Resume Claiming* takes it back. */
export async function drainRunner(app: App, argument: unknown): Promise<void> {
  const { id } = await runnerOf(
    app,
    argument,
    ({ online, drainRequested }) => online && !drainRequested,
    l10n.t('Drain which Runner?'),
  );
  await app.connection.use((client) => client.runners.drain.mutate({ runnerId: id, drain: true }));
}

export async function resumeClaiming(app: App, argument: unknown): Promise<void> {
  const { id } = await runnerOf(
    app,
    argument,
    ({ drainRequested }) => drainRequested,
    l10n.t('Let which Runner claim Jobs again?'),
  );
  await app.connection.use((client) => client.runners.drain.mutate({ runnerId: id, drain: false }));
}

/** Takes a Runner that is gone out of the list. Nothing is asked: when it connects again it is back. */
export async function forgetRunner(app: App, argument: unknown): Promise<void> {
  const { id } = await runnerOf(app, argument, ({ online }) => !online, l10n.t('Forget which Runner?'));
  await app.connection.use((client) => client.runners.forget.mutate({ runnerId: id }));
}

/** The Runner that a command is about: that of the row it was given, or a choice among those that fit. */
async function runnerOf(
  app: App,
  argument: unknown,
  fits: (runner: RunnerView) => boolean,
  placeholder: string,
): Promise<RunnerView> {
  const runners =
    app.model.of(liveRunners).currentRows ??
    (await app.connection.use((client) => client.runners.list.query()));
  const node = nodeOf(argument, 'runner');
  const given = runners.find(({ id }) => id === node?.runnerId);
  if (given !== undefined) return given;
  const now = app.connection.serverTime;
  return choose(
    runners.filter(fits).map((runner) => ({
      label: runner.name,
      description: runnerText(runner, now),
      value: runner,
    })),
    placeholder,
    l10n.t('No Runner fits.'),
  );
}
