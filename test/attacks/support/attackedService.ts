import { join } from 'node:path';
import { connectUser, type ServiceClient } from '../../../scripts/launch/serviceClient.ts';
import { startDeployment, type Deployment, type DeploymentOptions } from '../../support/deployment.ts';
import { makeRepository } from '../../support/repositories.ts';
import { userToken } from '../../support/tokens.ts';
import { startBystander, type Bystander } from './startBystander.ts';

/** A service as a program that is attacked, with a user beside the attacker who works on. */
export interface AttackedService extends Deployment {
  readonly bystander: Bystander;
  /** Whoever attacks as a member, and as a reader. */
  readonly member: ServiceClient;
  readonly reader: ServiceClient;
  readonly memberToken: string;
  readonly readerToken: string;
  readonly bystanderToken: string;
}

/** Starts one over one repository, `plain`, unless the options say otherwise. */
export async function attackedService(options: Partial<DeploymentOptions> = {}): Promise<AttackedService> {
  await using resources = new AsyncDisposableStack();
  const deployment = resources.use(
    await startDeployment({
      repositories: (folder) => makeRepository(join(folder, 'plain'), { files: { file: 'text\n' } }),
      ...options,
      // A scan of its own accord would count for the attack during which it comes.
      env: { FLOTILLA_SYNC_MS: String(60 * 60_000), ...options.env },
    }),
  );
  const [memberToken, readerToken, bystanderToken] = await Promise.all([
    userToken(deployment.sql, 'Mallory', 'member'),
    userToken(deployment.sql, 'Rea', 'reader'),
    userToken(deployment.sql, 'Bo', 'reader'),
  ]);
  const [member, reader] = [memberToken, readerToken].map((token) =>
    resources.use(connectUser(deployment.url, token)),
  );
  const bystander = resources.use(
    await startBystander(deployment.url, bystanderToken, deployment.service.pid),
  );
  const owned = resources.move();
  return Object.create(deployment, {
    bystander: { value: bystander },
    member: { value: member },
    reader: { value: reader },
    memberToken: { value: memberToken },
    readerToken: { value: readerToken },
    bystanderToken: { value: bystanderToken },
    [Symbol.asyncDispose]: { value: () => owned.disposeAsync() },
  }) as AttackedService;
}

/** The same service with another bystander, for an attack beside others. Disposing stops that one alone. */
export async function withBystander(service: AttackedService): Promise<AttackedService> {
  const bystander = await startBystander(service.url, service.bystanderToken, service.service.pid);
  return Object.create(service, {
    bystander: { value: bystander },
    [Symbol.asyncDispose]: { value: () => bystander[Symbol.asyncDispose]() },
  }) as AttackedService;
}
