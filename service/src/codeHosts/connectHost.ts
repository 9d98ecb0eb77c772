import { FlotillaError } from '@flotilla/shared/errors';
import type { CodeHostReport } from '@flotilla/shared/campaign/codeHostReport';
import type { User } from '../auth/tokens.ts';
import type { Sql } from '../db/database.ts';
import type { Hints } from '../db/hints.ts';
import { isUniqueViolation } from '../db/uniqueViolation.ts';
import { SecretValue } from '../secrets/secretValue.ts';
import type { SecretStore } from '../secrets/secretStore.ts';
import type { CodeHostKind } from './codeHost.ts';
import { credentialOf } from './credentialOf.ts';
import { examineHost } from './examineHost.ts';
import { hostAddress, type AddressRules } from './hostAddress.ts';
import { markConnected, prepareHost } from './queries/connectingHost.ts';

export interface ConnectContext {
  readonly sql: Sql;
  readonly hints: Pick<Hints, 'publish'>;
  readonly secrets: Pick<SecretStore, 'set'>;
  readonly kinds: Readonly<Record<string, CodeHostKind>>;
  readonly rules: Pick<AddressRules, 'allowLocal'>;
}

export interface HostToConnect {
  /** One of those that people connect: not a folder, which the environment names. */
  readonly kind: string;
  readonly name: string;
  readonly address: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly credential: string | null;
}

/** Tries a host as it would be connected, and keeps nothing. Throws `codeHost.invalid`. */
export async function tryHost(
  { kinds, rules }: Pick<ConnectContext, 'kinds' | 'rules'>,
  host: Omit<HostToConnect, 'name'>,
  signal: AbortSignal,
): Promise<CodeHostReport> {
  const kind = kindOf(kinds, host.kind);
  const location = await hostAddress(host.address, { ...rules, protocols: kind.protocols });
  const credential = host.credential === null ? undefined : new SecretValue(host.credential);
  try {
    const context = { hostId: 0, credential: () => Promise.resolve(credential) };
    const opened = kind.open(location, host.settings, context);
    return await examineHost(opened, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new FlotillaError('codeHost.invalid', sentenceOf(error), { cause: error });
  }
}

/**
 * Connects a host that has been tried, or connects it again: a host that was there before is the same one, with its repositories.
 * Answers its id. The row counts from the last statement on, when its credential is there: whatever ends in between leaves nothing
 * that anybody sees. Throws `codeHost.invalid`, `codeHost.conflict`.
 */
export async function connectHost(
  context: ConnectContext,
  user: Pick<User, 'name'>,
  host: HostToConnect,
): Promise<number> {
  const { protocols } = kindOf(context.kinds, host.kind);
  const location = await hostAddress(host.address, { ...context.rules, protocols });
  try {
    const id = await prepareHost(context.sql, { ...host, location });
    if (host.credential !== null)
      await context.secrets.set(user.name, credentialOf(id), new SecretValue(host.credential));
    await markConnected(context.sql, user, { id, name: host.name, settings: host.settings });
    context.hints.publish('hosts');
    return id;
  } catch (error) {
    if (!isUniqueViolation(error, 'code_hosts_name_unique')) throw error;
    throw new FlotillaError(
      'codeHost.conflict',
      `There is a code host "${host.name}" already. Choose another name.`,
    );
  }
}

function kindOf(kinds: Readonly<Record<string, CodeHostKind>>, name: string): CodeHostKind {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind !== undefined && kind.protocols.length > 0) return kind;
  throw new FlotillaError(
    'codeHost.invalid',
    `There is no kind of code host "${name}" that can be connected.`,
  );
}

function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?)]$/.test(text) ? text : `It cannot be connected: ${text}.`;
}
