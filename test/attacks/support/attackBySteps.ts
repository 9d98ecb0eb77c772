import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JobView } from '@flotilla/shared/views';
import type { ServiceClient } from '../../../scripts/launch/serviceClient.ts';
import { attemptFoldersOf } from '../../support/containers.ts';
import { readLog, stdoutOf } from '../../support/logs.ts';
import { waitFor } from '../../support/waitFor.ts';
import { withBystander, type AttackedService } from './attackedService.ts';
import { Lanes } from './lanes.ts';
import { withinBounds, type AttackedProgram, type Bounds } from './withinBounds.ts';

const exec = promisify(execFile);

/** A runner whose Steps attack it, and the service that it works for. */
export interface AttackedBySteps {
  readonly deployment: AttackedService;
  readonly runner: AttackedProgram['program'] & { readonly stateFolder: string };
  /** Labels by which Jobs come to this runner; without any there is no other one. */
  readonly requires?: readonly string[];
}

/**
 * Starts two runners, each with a bystander of its own, for attacks beside each other; `start` is given the settings that
 * tell it from the other one. What they hold is the stack's.
 */
export async function twoAttacked(
  service: AttackedService,
  resources: AsyncDisposableStack,
  start: (
    env: Readonly<Record<string, string>>,
    lane: number,
  ) => Promise<AttackedBySteps['runner']> | AttackedBySteps['runner'],
): Promise<Lanes<AttackedBySteps>> {
  const deployments = [service, resources.use(await withBystander(service))];
  return new Lanes<AttackedBySteps>(
    await Promise.all(
      deployments.map(async (deployment, lane) => {
        const label = `lane-${lane}`;
        const runner = await start({ FLOTILLA_RUNNER_LABELS: label }, lane);
        return { deployment, runner, requires: [label] };
      }),
    ),
  );
}

/** What a Job came to whose Steps attacked. */
export interface AttackOfSteps {
  readonly job: JobView;
  /** What each Step wrote to standard output. */
  readonly outputs: readonly string[];
  /** The Patch as text; empty without one. */
  readonly patch: string;
}

/** What a runner may cost while it removes what an Attempt left, beside what comes next; docs/spec/limits.md. */
const bounds: Partial<Bounds> = { programs: 3 };

/**
 * Runs a Job of shell scripts, one a Step, within bounds, until nothing of it is left on the runner; `more` are further
 * members of the Action, `cacheDirs` those of each Step. `meanwhile` is called once the Job was started, by `user`.
 */
export async function attackBySteps(
  { deployment, runner, requires = [] }: AttackedBySteps,
  scripts: readonly string[],
  {
    cacheDirs = [],
    meanwhile = () => Promise.resolve(),
    user = deployment.client,
    ...more
  }: Readonly<Record<string, unknown>> & {
    readonly cacheDirs?: readonly string[];
    readonly meanwhile?: (executionId: number) => Promise<unknown>;
    readonly user?: ServiceClient;
  } = {},
): Promise<AttackOfSteps> {
  const attack = async () => {
    const action = {
      name: user === deployment.client ? 'attack' : 'attack-of-another',
      scopeQuery: 'repo:^plain$',
      ...(requires.length === 0 ? {} : { requires }),
      steps: scripts.map((script) => ({ type: 'command', args: ['sh', '-c', script], cacheDirs })),
      ...more,
    };
    const execution = await user.api.executions.create.mutate({
      requestKey: randomUUID(),
      fileName: 'attack.action.json',
      text: JSON.stringify(action),
      baseVersion: null,
      origin: null,
      repositories: null,
    });
    await meanwhile(execution.id);
    const { jobs } = await deployment.ended(execution, 60_000);
    const job = jobs.get('plain');
    if (job === undefined) throw new Error('the Execution has no Job');
    await waitFor(
      'nothing to be left',
      async () => (await attemptFoldersOf(runner.stateFolder)).length === 0,
      {
        timeoutMs: 45_000,
        everyMs: 50,
      },
    );
    return job;
  };
  const job = await withinBounds({ program: runner, bystander: deployment.bystander }, attack, bounds);
  const log = await readLog(deployment.client, job.currentAttemptId ?? 0);
  const patch =
    job.patch === null
      ? ''
      : Buffer.from(await deployment.client.read(`/attempts/${job.patch.attemptId}/patch`)).toString(
          'latin1',
        );
  return { job, outputs: scripts.map((_, step) => stdoutOf(log, step)), patch };
}

/** Waits until nothing below the folders that Steps keep has set-id bits, capabilities or is a device, and says what is there. */
export async function untilDisarmed({
  runner,
}: {
  readonly runner: Pick<AttackedBySteps['runner'], 'stateFolder'>;
}): Promise<void> {
  const folder = join(runner.stateFolder, 'caches');
  let found = '';
  try {
    await waitFor(
      'the kept folders to be disarmed',
      async () => {
        const armed = ['(', '-perm', '/6000', '-o', '-type', 'b', '-o', '-type', 'c', ')'];
        found = (await exec('find', [folder, ...armed, '-printf', '%M %P\n'])).stdout;
        return found === '';
      },
      { timeoutMs: 20_000, everyMs: 50 },
    );
  } catch (error) {
    throw new Error(`still armed:\n${found}`, { cause: error });
  }
}
