import { userInfo } from 'node:os';
import { CommandError } from '../commands/commandError.ts';
import type { Printer } from '../commands/printer.ts';
import { minuteOf, tableLines } from '../commands/tableLines.ts';
import type { Sql } from '../db/database.ts';
import { placeOf, readSecretKeys, type KeySource } from './keySource.ts';
import { deleteSecretsOfKey } from './queries/deleteSecretsOfKey.ts';
import { selectKeyUse } from './queries/selectKeyUse.ts';
import { selectSecrets } from './queries/selectSecrets.ts';
import { selectTakenKey } from './queries/selectTakenKey.ts';
import { rotateSecrets } from './rotateSecrets.ts';
import { SecretError } from './secretError.ts';
import { idsOf, type SecretKeys } from './secretKeys.ts';

/** Prints which secrets there are, never what is in them. */
export async function list(sql: Sql, printer: Printer): Promise<void> {
  const secrets = await selectSecrets(sql);
  if (secrets.length === 0) return printer.say('There is no secret yet.');
  const rows = secrets.map(({ ownerKind, ownerKey, name, keyId, updatedAt }) => [
    ownerKind,
    ownerKey,
    name,
    keyId,
    minuteOf(updatedAt),
  ]);
  for (const line of tableLines(['OF', 'ID', 'NAME', 'KEY', 'SET'], rows)) printer.out(line);
}

/** Prints the ids of the keys that are here or needed, and how many secrets need each. */
export async function keys(sql: Sql, source: KeySource, printer: Printer): Promise<void> {
  const [here, uses, taken] = await Promise.all([keysHere(source), selectKeyUse(sql), selectTakenKey(sql)]);
  const ids: readonly string[] = here === undefined ? [] : idsOf(here);
  const secretsOf = new Map(uses.map(({ keyId, secrets }) => [keyId, secrets]));
  const rows = [...new Set([...ids, ...secretsOf.keys()])].map((id) => [
    id,
    ids.includes(id) ? 'yes' : 'no',
    id === taken ? 'yes' : 'no',
    String(secretsOf.get(id) ?? 0),
  ]);
  if (rows.length === 0) return printer.say('There is no key yet: the service makes one when it starts.');
  for (const line of tableLines(['KEY', 'HERE', 'ENCRYPTS', 'SECRETS'], rows)) printer.out(line);
}

/** Encrypts all secrets with the first key. */
export async function rotate(sql: Sql, source: KeySource, printer: Printer): Promise<void> {
  const here = await keysHere(source);
  if (here === undefined) throw new CommandError(`There is no key in ${placeOf(source)}.`);
  const { rotated, problems } = await refusing(() => rotateSecrets(sql, here, actor()));
  for (const problem of problems) printer.say(problem);
  const [key] = here;
  printer.say(`${counted(rotated)} ${rotated === 1 ? 'was' : 'were'} encrypted anew, with key ${key.id}.`);
  if (problems.length > 0)
    throw new CommandError(`${problems.length} could not be: keep the other keys until those are set anew.`);
  printer.say('No secret needs another key: take the others out, and start the service again.');
}

/**
 * Removes the secrets of a key that is not here. Without `yes` it says how many that are, and without a key which ones are missed:
 * it may be this shell that lacks them, and nobody has lost one.
 */
export async function discard(
  sql: Sql,
  source: KeySource,
  { key, yes = false }: { readonly key?: string | undefined; readonly yes?: boolean | undefined },
  printer: Printer,
): Promise<void> {
  const here = await keysHere(source);
  const ids: readonly string[] = here === undefined ? [] : idsOf(here);
  const locked = (await selectKeyUse(sql)).filter(({ keyId }) => !ids.includes(keyId));
  if (locked.length === 0) return printer.say('Every secret can be opened; nothing was removed.');
  const place = placeOf(source);
  if (key === undefined) {
    const missed = locked.map(({ keyId, secrets }) => `key ${keyId} (of ${counted(secrets)})`).join(', ');
    throw new CommandError(
      `There is no ${missed} in ${place}. Bring back what is not lost; --key names one that is lost for ever.`,
    );
  }
  if (ids.includes(key))
    throw new CommandError(`Key ${key} is in ${place}: its secrets can be opened, and stay.`);
  const use = locked.find(({ keyId }) => keyId === key);
  if (use === undefined) throw new CommandError(`No secret needs key ${key}.`);
  const warning =
    key === (await selectTakenKey(sql))
      ? 'The replica that was started last has this key, and encrypts with it. '
      : '';
  if (!yes)
    throw new CommandError(
      `${counted(use.secrets)} ${use.secrets === 1 ? 'needs' : 'need'} key ${key}, which is not in ${place}. ${warning}With --yes they are removed, for ever.`,
    );
  const removed = await deleteSecretsOfKey(sql, actor(), key);
  printer.say(`${warning}${counted(removed)} ${removed === 1 ? 'was' : 'were'} removed; set them anew.`);
}

function counted(secrets: number): string {
  return `${secrets} ${secrets === 1 ? 'secret' : 'secrets'}`;
}

function keysHere(source: KeySource): Promise<SecretKeys | undefined> {
  return refusing(() => readSecretKeys(source));
}

/** What is wrong with keys or secrets is for the caller of the command to put right. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SecretError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

function actor(): string {
  return userInfo().username;
}
