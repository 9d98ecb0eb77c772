import { FlotillaError } from '@flotilla/shared/errors';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import type { SecretStore } from '../secrets/secretStore.ts';
import { SecretValue } from '../secrets/secretValue.ts';
import { credentialOf } from './credentialOf.ts';
import { markDisconnected } from './queries/connectingHost.ts';

export interface ManageContext {
  readonly sql: Sql;
  readonly hints: Pick<Hints, 'publish'>;
  readonly secrets: Pick<SecretStore, 'set' | 'remove'>;
}

/**
 * Disconnects a host that a person connected, and forgets its credential. What was published there stays as it is; its rows
 * stay too, and are its own again when it is connected anew. Throws `notFound`.
 */
export async function disconnectHost(
  context: ManageContext,
  user: Pick<User, 'name'>,
  codeHostId: number,
): Promise<void> {
  if (!(await markDisconnected(context.sql, user, codeHostId))) throw notThere(codeHostId);
  await context.secrets.remove(user.name, credentialOf(codeHostId));
  context.hints.publish('hosts');
}

/** Gives a host another credential: whatever waits for one goes on. Throws `notFound`. */
export async function replaceCredential(
  context: ManageContext,
  user: Pick<User, 'name'>,
  { codeHostId, credential }: { readonly codeHostId: number; readonly credential: string },
): Promise<void> {
  const rows = await context.sql`
    select from code_hosts where id = ${codeHostId} and present and kind <> 'directory'`;
  if (rows.length === 0) throw notThere(codeHostId);
  await context.secrets.set(user.name, credentialOf(codeHostId), new SecretValue(credential));
  context.hints.publish('hosts');
}

function notThere(codeHostId: number): FlotillaError {
  return new FlotillaError('notFound', `There is no code host ${codeHostId} that somebody connected.`);
}
