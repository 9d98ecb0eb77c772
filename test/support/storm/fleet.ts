import { connectUser, type ServiceClient } from '../../../scripts/launch/serviceClient.ts';
import {
  startFaultDeployment,
  type FaultDeployment,
  type FaultDeploymentOptions,
} from '../faultDeployment.ts';
import type { Replica, RunnerOfDeployment } from '../deployment.ts';
import { startProxy, type Proxy } from '../proxy.ts';

/** A runner that comes back under its name and with its state folder. */
export interface FleetRunner {
  readonly name: string;
  readonly stateFolder: string;
  readonly program: RunnerOfDeployment;
  /** Ends it without a goodbye. */
  kill(): Promise<void>;
  startAgain(): void;
}

/** Two replicas of the service behind a balancer, runners, and a client: what a storm is let loose on. */
export interface Fleet extends AsyncDisposable {
  readonly deployment: FaultDeployment;
  readonly replicas: readonly Replica[];
  readonly runners: readonly FleetRunner[];
  /** Between the service and the runners, and between the service and the client. */
  readonly networks: { readonly runners: Proxy; readonly editors: Proxy };
  /** A user's client, through the balancer. */
  readonly client: ServiceClient;
}

export interface FleetOptions extends FaultDeploymentOptions {
  readonly runners: number;
  /** Jobs that each runner runs at once. */
  readonly capacity: number;
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  await using resources = new AsyncDisposableStack();
  const deployment = resources.use(await startFaultDeployment(options));
  const replicas = [deployment.replica, await deployment.startReplica()];
  const urls = replicas.map(({ url }) => url);
  const networks = {
    runners: resources.use(await startProxy(urls)),
    editors: resources.use(await startProxy(urls)),
  };
  const client = resources.use(connectUser(networks.editors.url, deployment.userToken));
  const runners = Array.from({ length: options.runners }, (_, index) =>
    fleetRunner(deployment, `runner-${index + 1}`, networks.runners.url, options.capacity),
  );
  const owned = resources.move();
  return {
    deployment,
    replicas,
    runners,
    networks,
    client,
    async [Symbol.asyncDispose]() {
      for (const { program } of runners) program.signal('SIGCONT');
      await owned.disposeAsync();
    },
  };
}

function fleetRunner(
  deployment: FaultDeployment,
  kind: string,
  serverUrl: string,
  capacity: number,
): FleetRunner {
  const start = (kept: { name?: string; stateFolder?: string } = {}) =>
    deployment.startRunner({ serverUrl, capacity, ...kept });
  let program = start({ name: `${kind}-${process.pid}` });
  const { name, stateFolder } = program;
  return {
    name,
    stateFolder,
    get program() {
      return program;
    },
    kill: () => program.kill(),
    startAgain: () => void (program = start({ name, stateFolder })),
  };
}
