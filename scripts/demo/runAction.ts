import { randomUUID } from 'node:crypto';
import { descriptors } from '@flotilla/shared/logs/frame';
import { targetNames } from '@flotilla/shared/target/targetNames';
import type { ExecutionView, JobView, ScopePreview } from '@flotilla/shared/views';
import type { ServiceClient } from '../launch/serviceClient.ts';
import { DemoError } from './demoError.ts';
import { followExecution, type EndedExecution } from './followExecution.ts';
import type { ActionInput } from './input.ts';
import { orAborted } from '../launch/interruption.ts';
import { printable } from '../system/printable.ts';
import { scopeLines } from './scopeView.ts';
import { resultOf, signOf } from './summaryTable.ts';
import type { Terminal } from './terminal.ts';

/** Each Job's log lines begin with its name in one of these. */
const colours = ['cyan', 'magenta', 'yellow', 'blue', 'green'] as const;
/** Longer names would leave the lines no room. */
const maxPrefix = 24;

/** Shows the scope of an Action. Throws a DemoError, after the reasons were shown, when it matches nothing. */
export async function showScope(
  client: ServiceClient,
  action: ActionInput,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ScopePreview> {
  const { api } = client;
  // A folder that is large is not there at once.
  while (
    (await orAborted(api.repositories.sync.mutate(), signal)).hosts.some(({ state }) => state === 'goesOn')
  );
  const scope = await orAborted(api.scopes.preview.query({ query: action.definition.scopeQuery }), signal);
  terminal.print(...scopeLines(scope), '');
  if (scope.targets.length === 0) {
    throw new DemoError(`Nothing to do: no repository matches. Change "scopeQuery" in ${action.path}.`);
  }
  return scope;
}

/** Runs the Action over its scope, printing every log as it grows, and the progress below it. */
export async function runAction(
  client: ServiceClient,
  action: ActionInput,
  scope: ScopePreview,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<EndedExecution> {
  const nameOf = targetNames(scope.targets);
  const names = scope.targets.map(nameOf);
  const width = Math.min(maxPrefix, Math.max(...names.map((name) => name.length)));
  const prefixes = new Map(
    names.map((name, index) => {
      const label = printable(name, false).slice(0, width).padEnd(width);
      return [name, terminal.paint(colours[index % colours.length] ?? 'cyan', `${label} │ `)];
    }),
  );
  const prefixOf = (job: JobView) => prefixes.get(nameOf(job)) ?? '';
  const running = new Set<string>();
  const started = performance.now();
  let ended = 0;
  using _progress = terminal.progress(() => {
    const seconds = Math.floor((performance.now() - started) / 1000);
    const now = running.size === 0 ? 'waiting for a runner' : [...running].join(', ');
    return `${ended} of ${names.length} Jobs ended, ${seconds} s: ${printable(now, false)}`;
  });
  return followExecution(
    client,
    (): Promise<ExecutionView> =>
      client.api.executions.create.mutate({
        requestKey: randomUUID(),
        fileName: action.fileName,
        text: action.text,
        baseVersion: null,
        origin: { file: action.path },
        repositories: null,
      }),
    {
      onExecution: () => undefined,
      onJob(job) {
        if (job.state === 'running') running.add(nameOf(job));
        else running.delete(nameOf(job));
        if (job.state === 'queued' || job.state === 'running') return;
        ended += 1;
        const result = `${signOf(job)} ${resultOf(job)}`;
        const painted = terminal.paint(job.state === 'succeeded' ? 'green' : 'red', result);
        terminal.print(`${prefixOf(job)}${painted} (${ended} of ${names.length})`);
      },
      onLine(job, { descriptor, text }) {
        if (descriptor === descriptors.notice) {
          // Ours: the whole command of a Step is in the action file.
          const notice = cut(printable(text, false), Math.max(60, terminal.columns - width - 3));
          terminal.print(prefixOf(job) + terminal.paint('dim', notice));
        } else terminal.print(prefixOf(job) + printable(text, terminal.coloured));
      },
    },
    signal,
  );
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
