import type { AttemptView, JobView } from '@flotilla/shared/views';
import type { DeploymentOptions, RunnerOfDeployment } from '../../support/deployment.ts';
import { attackedService, type AttackedService } from './attackedService.ts';
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

export interface AttackedRunnerOptions extends Partial<DeploymentOptions> {
  /** Settings of the runner (runner/src/config.ts). */
  readonly runnerEnv?: Readonly<Record<string, string>>;
}

/** How long a Job of an attack may take, in milliseconds. */
const jobMs = 50_000;

/** Starts a service and a runner of one slot over one repository, `plain`, unless the options say otherwise. */
export async function attackedRunner(options: AttackedRunnerOptions = {}): Promise<AttackedRunner> {
  const { runnerEnv, ...deployment } = options;
  const attacked = await attackedService(deployment);
  const runner = attacked.startRunner(runnerEnv === undefined ? {} : { env: runnerEnv });
  return {
    attacked,
    runner,
    bystander: attacked.bystander,
    program: runner,
    async runStep(script, { scopeQuery = 'repo:plain', ...more } = {}) {
      const execution = await attacked.startScript(String(scopeQuery), script, more);
      const { jobs } = await attacked.ended(execution, jobMs);
      const [job] = jobs.values();
      if (job === undefined) throw new Error('the Execution has no Job');
      return { job, attempts: await attacked.attemptsOf(job.id) };
    },
    [Symbol.asyncDispose]: () => attacked[Symbol.asyncDispose](),
  };
}
