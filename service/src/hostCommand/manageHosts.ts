import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import type { CodeHostReport } from '@flotilla/shared/campaign/codeHostReport';
import { FlotillaError, messageOf } from '@flotilla/shared/errors';
import { connectHost, tryHost, type ConnectContext } from '../codeHosts/connectHost.ts';
import { credentialOf } from '../codeHosts/credentialOf.ts';
import { disconnectHost, replaceCredential } from '../codeHosts/disconnectHost.ts';
import { codeHostKinds } from '../codeHosts/kinds.ts';
import { readCodeHosts, type CodeHostRow } from '../codeHosts/readCodeHosts.ts';
import { CommandError } from '../commands/commandError.ts';
import type { Printer } from '../commands/printer.ts';
import { tableLines } from '../commands/tableLines.ts';
import type { Database, Sql } from '../db/database.ts';
import { Hints } from '../db/hints.ts';
import type { SecretStore } from '../secrets/secretStore.ts';
import { createLogger } from '../telemetry/logger.ts';

export interface HostsContext {
  readonly sql: Sql;
  readonly database: Database;
  readonly secrets: SecretStore;
  /** Whether hosts on this machine are allowed. */
  readonly allowLocal: boolean;
}

export interface HostOptions {
  readonly kind: string;
  readonly credentialFile?: string;
  readonly owner?: readonly string[];
  readonly url?: readonly string[];
  readonly username?: string;
  readonly knownHosts?: string;
}

/** How long a host may take to be listed, in milliseconds. */
const tryMs = 300_000;

/** Tries a host, says what came of it, and connects it. */
export async function add(
  context: HostsContext,
  host: HostOptions & { readonly name: string; readonly address: string },
  printer: Printer,
): Promise<void> {
  const { name, address, kind } = host;
  const credential = host.credentialFile === undefined ? null : await readCredential(host.credentialFile);
  const settings = {
    ...(host.owner !== undefined && { owners: host.owner }),
    ...(host.url !== undefined && { urls: host.url }),
    ...(host.username !== undefined && { username: host.username }),
    ...(host.knownHosts !== undefined && { knownHosts: await readText(host.knownHosts) }),
  };
  const wanted = { kind, name, address, settings, credential };
  await refusalsSaid(async () => {
    say(await tryHost(connecting(context), wanted, AbortSignal.timeout(tryMs)), printer);
    using hints = new Hints(context.sql, createLogger('warn'));
    await connectHost({ ...connecting(context), hints }, actor(), wanted);
  });
  printer.say(`${name} is connected. Everyone with a token for this service can read its repositories.`);
}

/** Prints all hosts that are there. */
export async function list({ database }: HostsContext, printer: Printer): Promise<void> {
  const rows = await present(database);
  if (rows.length === 0) return printer.say('There is no code host yet.');
  const cells = rows.map(({ name, kind, location }) => [name, kind, location]);
  for (const line of tableLines(['NAME', 'KIND', 'ADDRESS'], cells)) printer.out(line);
}

/** Tries a host with the credential that is kept. */
export async function test(context: HostsContext, name: string, printer: Printer): Promise<void> {
  const row = await find(context, name);
  const credential = (await context.secrets.open(credentialOf(row.id)))?.reveal() ?? null;
  const { kind, location: address } = row;
  const settings = (row.settings ?? {}) as Readonly<Record<string, unknown>>;
  await refusalsSaid(async () => {
    const tried = { kind, address, settings, credential };
    say(await tryHost(connecting(context), tried, AbortSignal.timeout(tryMs)), printer);
  });
}

/** Replaces the credential of a host. */
export async function replace(
  context: HostsContext,
  { name, credentialFile }: { readonly name: string; readonly credentialFile: string },
  printer: Printer,
): Promise<void> {
  const { id: codeHostId } = await find(context, name);
  const credential = await readCredential(credentialFile);
  using hints = new Hints(context.sql, createLogger('warn'));
  await refusalsSaid(() => replaceCredential({ ...context, hints }, actor(), { codeHostId, credential }));
  printer.say(`${name} has another credential now.`);
}

/** Disconnects a host. */
export async function remove(context: HostsContext, name: string, printer: Printer): Promise<void> {
  const { id } = await find(context, name);
  using hints = new Hints(context.sql, createLogger('warn'));
  await refusalsSaid(() => disconnectHost({ ...context, hints }, actor(), id));
  printer.say(`${name} is disconnected, and its credential is forgotten.`);
}

function connecting({ sql, secrets, allowLocal }: HostsContext): Omit<ConnectContext, 'hints'> {
  return { sql, secrets, kinds: codeHostKinds, rules: { allowLocal } };
}

function say({ account, repositories, pushable, bytes, problems }: CodeHostReport, printer: Printer): void {
  if (account !== null) printer.say(`The credential belongs to ${account}.`);
  const writable = pushable === null ? '' : `, of which ${pushable} can be pushed to`;
  const size = bytes === null ? '' : `; there they take ${Math.ceil(bytes / 1024 / 1024)} MiB`;
  printer.say(
    `It has ${repositories} ${repositories === 1 ? 'repository' : 'repositories'}${writable}${size}.`,
  );
  for (const problem of problems) printer.say(problem);
}

async function present(database: Database): Promise<readonly CodeHostRow[]> {
  return (await readCodeHosts(database)).filter((row) => row.present);
}

async function find({ database }: HostsContext, name: string): Promise<CodeHostRow> {
  const rows = await present(database);
  const row = rows.find((each) => each.name === name);
  if (row !== undefined) return row;
  const names = rows.map((each) => each.name).join(', ');
  throw new CommandError(`There is no code host "${name}"${names === '' ? '' : `; there are ${names}`}.`);
}

/** A credential never is an argument, which other users of the machine could read. */
async function readCredential(file: string): Promise<string> {
  const credential = (await readText(file)).trim();
  if (credential === '') throw new CommandError(`${file === '-' ? 'Standard input' : file} is empty.`);
  return credential;
}

async function readText(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

async function refusalsSaid(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    throw new CommandError(error.message, { cause: error });
  }
}

/** Who does it, for the audit log: the user of this machine. */
function actor(): { readonly name: string } {
  return { name: userInfo().username };
}
