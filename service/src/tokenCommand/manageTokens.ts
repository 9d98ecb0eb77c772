import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { FlotillaError } from '@flotilla/shared/errors';
import { createPairingCode, pairingMinutes } from '../auth/pairing.ts';
import type { Account, Role } from '../auth/rights.ts';
import { createToken, ensureUser, revokeToken } from '../auth/tokens.ts';
import { CommandError } from '../commands/commandError.ts';
import type { Printer } from '../commands/printer.ts';
import type { Config } from '../config.ts';
import type { Database, Sql } from '../db/database.ts';
import { Hints } from '../db/hints.ts';
import { createLogger } from '../telemetry/logger.ts';
import { listTokens } from './listTokens.ts';
import { findServiceUrl } from './serviceUrl.ts';
import { tokenTable } from './tokenTable.ts';

export interface WhoFor {
  /** Name of the user; without it the user of this machine who runs the command, as admin. */
  readonly user?: string | undefined;
  readonly role?: Role | undefined;
}

export interface TokenToCreate extends WhoFor {
  readonly scope: 'user' | 'runner';
  readonly label?: string | undefined;
  /** File to write the token to instead of printing it. */
  readonly out?: string | undefined;
}

/** Makes a token and prints it, the only time that it is seen. */
export async function create(sql: Sql, request: TokenToCreate, printer: Printer): Promise<void> {
  const user = request.scope === 'user' ? await userFor(sql, request) : undefined;
  const label = request.label ?? (user === undefined ? 'a runner' : `made for ${user.name}`);
  const { id, secret } = await createToken(
    sql,
    actor(),
    user === undefined ? { scope: 'runner', label } : { scope: 'user', userId: user.id, label },
  );
  const whose = user === undefined ? 'for runners' : `of ${user.name} (${user.role})`;
  if (request.out === undefined) {
    printer.say(`Token ${id} ${whose}. It is shown this once:`);
    printer.out(secret);
    return;
  }
  try {
    await writeFile(request.out, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Nobody has seen it, so nobody may use it.
    await revokeToken(sql, actor(), id);
    if (!(error instanceof Error && 'code' in error)) throw error;
    const why = error.code === 'EEXIST' ? 'exists already' : `cannot be written (${String(error.code)})`;
    throw new CommandError(`${resolve(request.out)} ${why}; name another file.`, { cause: error });
  }
  printer.say(`Token ${id} ${whose} is in ${resolve(request.out)}.`);
}

/** Prints a new connect URL for an editor. */
export async function pair(
  sql: Sql,
  config: Config,
  request: WhoFor & { readonly url?: string | undefined },
  printer: Printer,
): Promise<void> {
  const url = request.url ?? (await findServiceUrl(config.dataFolder));
  if (url === undefined) {
    throw new CommandError(
      `No service answers for the data folder ${config.dataFolder}; say with --url where editors reach it, such as https://flotilla.example.org.`,
    );
  }
  const user = await userFor(sql, request);
  const code = await createPairingCode(sql, actor(), user.id);
  printer.say(
    `To connect VS Code as ${user.name} (${user.role}), run "Flotilla: Connect to Server…" there and paste this within ${pairingMinutes} minutes; it works once:`,
  );
  printer.out(`${url.replace(/\/+$/, '')}/connect?code=${code}`);
}

/** Prints the tokens as a table. */
export async function list(
  database: Database,
  request: { readonly all?: boolean | undefined },
  printer: Printer,
): Promise<void> {
  const tokens = await listTokens(database, { revokedToo: request.all === true });
  if (tokens.length === 0) printer.say('There is no token yet.');
  else for (const line of tokenTable(tokens)) printer.out(line);
}

/** Revokes a token; a hint makes every replica close the connections that use it at once. */
export async function revoke(sql: Sql, id: number, printer: Printer): Promise<void> {
  using hints = new Hints(sql, createLogger('warn'));
  try {
    await revokeToken(sql, actor(), id);
  } catch (error) {
    if (error instanceof FlotillaError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
  hints.publish('tokens');
  printer.say(`Token ${id} is revoked; whatever was connected with it is cut off.`);
}

async function userFor(sql: Sql, { user: name, role }: WhoFor): Promise<Account> {
  const wanted = role ?? (name === undefined ? 'admin' : 'member');
  const user = await ensureUser(sql, actor(), name ?? actor(), wanted);
  if (role !== undefined && user.role !== role) {
    throw new CommandError(
      `${user.name} exists with the role ${user.role}; leave --role out, or name another user.`,
    );
  }
  return user;
}

function actor(): string {
  return userInfo().username;
}
