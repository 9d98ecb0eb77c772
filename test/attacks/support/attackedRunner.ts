import type { AttemptView, JobView } from '@flotilla/shared/views';
import type { DeploymentOptions, RunnerOfDeployment } from '../../support/deployment.ts';
import { attackedService, withBystander, type AttackedService } from './attackedService.ts';
import { Lanes } from './lanes.ts';
import type { AttackedProgram } from './withinBounds.ts';

/** How a Job ended, with its Attempts, oldest first. */
export interface EndedJob {
  readonly job: JobView;
  readonly attempts: readonly AttemptView[];
}

/** A runner that is attacked, with the service that it works for. Disposing stops both. */
export interface AttackedRunner extends AttackedProgram, AsyncDisposable {
  readonly attacked: AttackedService;
  readonly runner: RunnerOfDeployment;
  /** Runs a script as the one Step of a Job, to its end; `more` are further members of the Action. */
  runStep(script: string, more?: Readonly<Record<string, unknown>>): Promise<EndedJob>;
}

/** Two of them, for attacks beside each other. */
export interface AttackedRunners extends AsyncDisposable {
  readonly attacked: AttackedService;
  readonly lanes: Lanes<AttackedRunner>;
}

export interface AttackedRunnerOptions extends Partial<DeploymentOptions> {
  /** Settings of the runner (runner/src/config.ts). */
  readonly runnerEnv?: Readonly<Record<string, string>>;
}

/** How long a Job of an attack may take, in milliseconds. */
const jobMs = 120_000;

/** Starts a service and a runner of one slot over one repository, `plain`, unless the options say otherwise. */
export async function attackedRunner(options: AttackedRunnerOptions = {}): Promise<AttackedRunner> {
  const { runnerEnv, ...deployment } = options;
  const attacked = await attackedService(deployment);
  return runnerOf(attacked, runnerEnv ?? {});
}

/** Starts one service with two such runners, each with a bystander of its own. Disposing stops all. */
export async function attackedRunners(options: AttackedRunnerOptions = {}): Promise<AttackedRunners> {
  const { runnerEnv, ...deployment } = options;
  await using resources = new AsyncDisposableStack();
  const service = resources.use(await attackedService(deployment));
  const second = resources.use(await withBystander(service));
  const lanes = new Lanes(
    [service, second].map((attacked, index) => runnerOf(attacked, runnerEnv ?? {}, `lane-${index}`)),
  );
  const owned = resources.move();
  return { attacked: service, lanes, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** `label` is one that it alone has, where there are several. */
function runnerOf(
  attacked: AttackedService,
  env: Readonly<Record<string, string>>,
  label?: string,
): AttackedRunner {
  const labels: Record<string, string> = label === undefined ? {} : { FLOTILLA_RUNNER_LABELS: label };
  const requires = label === undefined ? {} : { requires: [label] };
  const runner = attacked.startRunner({ env: { ...env, ...labels } });
  return {
    attacked,
    runner,
    bystander: attacked.bystander,
    program: runner,
    async runStep(script, { scopeQuery = 'repo:plain', ...more } = {}) {
      const execution = await attacked.startScript(String(scopeQuery), script, { ...requires, ...more });
      const { jobs } = await attacked.ended(execution, jobMs);
      const [job] = jobs.values();
      if (job === undefined) throw new Error('the Execution has no Job');
      return { job, attempts: await attacked.attemptsOf(job.id) };
    },
    [Symbol.asyncDispose]: () => attacked[Symbol.asyncDispose](),
  };
}
