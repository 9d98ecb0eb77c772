import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { CampaignTemplate } from '@flotilla/shared/campaign/campaignTemplate';
import { describeReason } from '@flotilla/shared/campaign/changesetReason';
import { describeUpdateReason, type CampaignUpdateView } from '@flotilla/shared/campaign/campaignUpdate';
import type { ChangesetView } from '@flotilla/shared/campaign/views';
import { git } from '../../test/support/repositories.ts';
import { orAborted } from '../launch/interruption.ts';
import type { ServiceClient } from '../launch/serviceClient.ts';
import { printable } from '../system/printable.ts';
import { DemoError } from './demoError.ts';
import type { EndedExecution } from './followExecution.ts';
import type { ActionInput } from './input.ts';
import { runAction } from './runAction.ts';
import { count } from './scopeView.ts';
import type { Terminal } from './terminal.ts';

export interface CampaignContext {
  readonly client: ServiceClient;
  readonly terminal: Terminal;
  readonly action: ActionInput;
  readonly signal: AbortSignal;
}

const prefix = 'refs/heads/';
const short = (ref: string) => (ref.startsWith(prefix) ? ref.slice(prefix.length) : ref);

/** What the Changesets of the demo say. */
function templateOf({ definition }: ActionInput): CampaignTemplate {
  const message = definition.description === '' ? definition.name : definition.description;
  return {
    branch: `flotilla/${definition.name}`,
    title: message,
    body: '',
    commit: { message, author: null },
    publish: 'open',
  };
}

/**
 * Asks before branches are made in repositories that are somebody's own, after saying which. Throws a DemoError where nobody can
 * answer.
 */
export async function confirmCampaign(
  { terminal, action }: CampaignContext,
  { jobs }: EndedExecution,
  isConfirmed: boolean,
): Promise<boolean> {
  const changed = jobs.filter(({ patch }) => patch !== null);
  if (changed.length === 0) return false;
  const branch = templateOf(action).branch;
  terminal.print(
    '',
    `A branch ${terminal.paint('bold', branch)} is about to be made in ${count(changed.length, 'repository', 'repositories')}:`,
    ...changed.map((job) => `  ${printable(job.repository, false)}`),
    'No other branch, and no file that is checked out, is touched.',
  );
  if (isConfirmed) return true;
  if (!process.stdin.isTTY)
    throw new DemoError('Nobody is there to say yes: run it with --yes to make these branches.');
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(?:es)?$/i.test((await prompt.question('Make them? [y/N] ')).trim());
  } finally {
    prompt.close();
  }
}

/** Makes a Campaign of what an Execution changed, and shows its branches. Answers its id. */
export async function publish(
  context: CampaignContext,
  { execution, jobs }: EndedExecution,
): Promise<number> {
  const { client, terminal, action, signal } = context;
  const isPartial = jobs.some(({ state }) => state !== 'succeeded');
  const { campaignId } = await orAborted(
    client.api.campaigns.create.mutate({
      requestKey: randomUUID(),
      executionId: execution.id,
      name: action.definition.name,
      template: templateOf(action),
      partialReason: isPartial ? 'The demo publishes what there is.' : null,
    }),
    signal,
  );
  const changesets = await untilSettled(context, campaignId);
  terminal.print('', terminal.paint('bold', `Campaign ${printable(action.definition.name, false)}`));
  terminal.print(...changesets.map((changeset) => `  ${lineOf(changeset)}`));
  return campaignId;
}

/** Changes the Action of the demo, runs it again, and shows what an update of the Campaign does before it is applied. */
export async function update(context: CampaignContext, campaignId: number): Promise<void> {
  const { client, terminal, action, signal } = context;
  const { api } = client;
  const removal = "; git ls-files -z '*ubuntu-20.04*' | xargs -0r rm --";
  const changed = { ...action, text: action.text.replace(removal, '') };
  terminal.print('', 'Now the Action is changed, so that it leaves pictures alone, and is run again.', '');
  const scope = await orAborted(api.scopes.preview.query({ query: action.definition.scopeQuery }), signal);
  const { execution } = await runAction(client, changed, scope, terminal, signal);
  const ids = { campaignId, executionId: execution.id };
  const preview = await orAborted(api.campaigns.previewUpdate.query(ids), signal);
  terminal.print('', terminal.paint('bold', 'What an update of the Campaign does'), ...previewLines(preview));
  await orAborted(api.campaigns.update.mutate({ ...ids, digest: preview.digest }), signal);
  await untilSettled(context, campaignId);
}

/** Merges a branch as a person would, by hand, and shows that this is seen. */
export async function mergeOne(
  context: CampaignContext,
  campaignId: number,
  repositoriesFolder: string,
): Promise<void> {
  const { terminal } = context;
  const [first] = (await changesetsOf(context, campaignId)).filter(({ state }) => state === 'open');
  if (first === undefined) return;
  const folder = join(repositoriesFolder, first.repository);
  terminal.print(
    '',
    `${terminal.paint('dim', '$')} git -C ${printable(first.repository, false)} merge ${short(first.branch)}`,
  );
  await git(folder, [
    'merge',
    '--quiet',
    '--no-ff',
    '-m',
    `Merge ${short(first.branch)}`,
    short(first.branch),
  ]);
  const changesets = await until(context, campaignId, (all) =>
    all.some(({ id, state }) => id === first.id && state === 'merged'),
  );
  terminal.print(...changesets.map((changeset) => `  ${lineOf(changeset)}`));
}

/** Waits until nothing of a Campaign is under way. */
function untilSettled(context: CampaignContext, campaignId: number): Promise<readonly ChangesetView[]> {
  const moving = new Set<string>(['queued', 'pushing', 'publishing']);
  return until(context, campaignId, (all) => all.every(({ state }) => !moving.has(state)));
}

/** Looks until a condition holds; the service says how far it is, and Ctrl-C ends it. */
async function until(
  context: CampaignContext,
  campaignId: number,
  holds: (changesets: readonly ChangesetView[]) => boolean,
): Promise<readonly ChangesetView[]> {
  for (;;) {
    const changesets = await changesetsOf(context, campaignId);
    if (holds(changesets)) return changesets;
    await orAborted(delay(100), context.signal);
  }
}

async function changesetsOf(
  { client, signal }: CampaignContext,
  campaignId: number,
): Promise<readonly ChangesetView[]> {
  const question = { topic: 'changesets', of: campaignId, limit: 1000 };
  const { rows } = await orAborted(client.api.rows.list.query(question), signal);
  return (rows as readonly ChangesetView[]).filter(({ detachedAt }) => detachedAt === null);
}

function lineOf({ state, repository, branch, baseRef, reason }: ChangesetView): string {
  const sign = { open: '○', merged: '✓', held: '!', failed: '✗' }[state as string] ?? '·';
  const why = reason === null ? '' : `  ${describeReason(reason, short(branch), short(baseRef))}`;
  return printable(`${sign} ${state.padEnd(7)} ${repository}  ${short(branch)}${why}`, false);
}

function previewLines({ rows }: CampaignUpdateView): string[] {
  const words = { closeAndDetach: 'close' } as Readonly<Record<string, string>>;
  return rows.map(({ action, repository, reason }) =>
    printable(
      `  ${(words[action] ?? action).padEnd(9)} ${repository}  (${describeUpdateReason[reason]})`,
      false,
    ),
  );
}
