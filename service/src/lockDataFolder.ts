import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Takes a data folder for this process: a second service on it would take over its embedded Postgres, and stop it when
 * it ends. A process is known by its number and the time it started, so that the lock of a killed service does not hold
 * up the next one. (The runner does the same to its state folder; the two share no code that needs Node, design §4.)
 */
export async function lockDataFolder(folder: string): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'service.lock');
  // Written beside and then linked: nobody can read a lock before its holder stands in it.
  const prepared = `${path}.${process.pid}`;
  await writeFile(prepared, (await identityOf(process.pid)) ?? '');
  await using _prepared = { [Symbol.asyncDispose]: () => rm(prepared, { force: true }) };
  for (;;) {
    try {
      await link(prepared, path);
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = await readFile(path, 'utf8');
    const pid = Number.parseInt(holder, 10);
    if (Number.isInteger(pid) && (await identityOf(pid)) === holder) {
      throw new Error(
        `Another service (process ${pid}) works in ${folder}. End that one, or give this one a folder of its own in FLOTILLA_DATA.`,
      );
    }
    await rm(path, { force: true });
  }
}

/** Process number and start time in clock ticks since boot (field 22 of proc(5) stat); undefined when it is gone. */
async function identityOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, and may hold blanks and brackets itself.
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${startTime ?? ''}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}
